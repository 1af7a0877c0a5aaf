package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.saola.exchange.Exchange;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// Takes a request's body to its exchange, however it is framed (RFC 9112 §6.3).
final class BodyDecoder implements ChunkedDecoder.Sink {
  private @Nullable ChunkedDecoder chunks;
  private @Nullable Exchange exchange;
  private @Nullable Rejection rejection;
  private boolean chunked;
  private long left;

  void begin(RequestHead head, Exchange into) {
    exchange = into;
    rejection = null;
    chunked = head.isChunked();
    left = head.contentLength();
    if (chunked) {
      if (chunks == null) {
        chunks = new ChunkedDecoder();
      }
      chunks.reset();
    }
  }

  Result decode(ByteBuf in) {
    ChunkedDecoder decoder = chunks;
    if (chunked && decoder != null) {
      Result result = decoder.decode(in, this);
      if (result == Result.REJECTED) {
        rejection = decoder.rejection();
      }
      return rejection == null ? result : Result.REJECTED;
    }
    int size = (int) Math.min(left, in.readableBytes());
    left -= size;
    data(in.readSlice(size));
    return rejection != null ? Result.REJECTED : left > 0 ? Result.MORE : Result.DONE;
  }

  @Override
  public void data(ByteBuf slice) {
    if (rejection == null && exchange != null) {
      rejection = exchange.receive(slice);
    }
  }

  /// Why the body was rejected.
  Rejection rejection() {
    Rejection why = rejection;
    if (why == null) {
      throw new IllegalStateException("the body was not rejected");
    }
    return why;
  }
}
