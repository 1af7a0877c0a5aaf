package io.saola.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.saola.compress.CompressedBody;
import io.saola.files.FileAnswer;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The response of one exchange: what its client has been told so far, and what is still to come.
final class Reply {
  private final Exchanges shared;
  private final RequestHead request;
  private final Client client;
  private final ByteBufAllocator allocator;
  private final Delivery delivery;
  private boolean begun;
  private boolean switched;
  private boolean eventStream;
  private boolean bodiless;
  private boolean ended;
  private boolean aborted;
  private boolean handedOver;
  private @Nullable CompressedBody compressed;
  private @Nullable ResponseHead beside;

  /// @param credit tells the worker how many more bytes it may send
  Reply(
      Exchanges shared,
      RequestHead request,
      Client client,
      ByteBufAllocator allocator,
      IntConsumer credit) {
    this.shared = shared;
    this.request = request;
    this.client = client;
    this.allocator = allocator;
    this.delivery = shared.newDelivery(client, allocator, credit);
  }

  /// Whether the client has been told a status.
  boolean hasBegun() {
    return begun;
  }

  /// Whether it is a WebSocket now, which has its own way to end.
  boolean isSwitched() {
    return switched;
  }

  /// Whether nobody will see the pieces of a body.
  boolean isBodiless() {
    return bodiless;
  }

  boolean isEventStream() {
    return eventStream;
  }

  /// Whether it may go on for ever, and its client is there to see it.
  boolean isEndless() {
    return eventStream && !ended && !bodiless;
  }

  /// The whole response; the body is what is readable.
  ///
  /// @return why the file that it hands over cannot be sent, or null
  @Nullable Rejection whole(ResponseHead response, ByteBuf body) {
    FileAnswer file = shared.handedOver(request, response);
    if (file != null) {
      return file(file);
    }
    begun = true;
    ByteBuf smaller = shared.compression().whole(request, response, body, allocator);
    if (smaller == null) {
      send(response, body);
    } else {
      send(response, smaller);
      smaller.release();
    }
    return null;
  }

  private void send(ResponseHead response, ByteBuf body) {
    if (delivery.mayLeaveWhole(body.readableBytes())) {
      client.respond(response, body);
      return;
    }
    ended = true;
    client.start(response, body.readableBytes());
    delivery.pass(body);
    endIfSent();
  }

  /// The whole answer is a file, or a part of one.
  ///
  /// @return why it is none, or null
  @Nullable Rejection file(FileAnswer answer) {
    begun = true;
    if (answer.rejection() != null) {
      beside = answer.head();
      return answer.rejection();
    }
    int size = (int) Math.min(answer.length(), Integer.MAX_VALUE);
    if (!answer.hasFile() || delivery.mayLeaveWhole(size)) {
      // What fits into one write with its head is not worth a second one.
      ByteBuf body = answer.hasFile() ? FileParts.read(answer, allocator) : Unpooled.EMPTY_BUFFER;
      client.respond(answer.head(), body);
      body.release();
      return null;
    }
    ended = true;
    start(answer);
    endIfSent();
    return null;
  }

  private void start(FileAnswer answer) {
    bodiless = !client.start(answer.head(), -1);
    FileChannel file = answer.file();
    if (file == null) {
      passContent(answer);
      return;
    }
    // The delivery closes it, whatever becomes of its pieces.
    for (FileAnswer.Piece piece : answer.pieces()) {
      if (!piece.before().isEmpty()) {
        delivery.pass(Unpooled.copiedBuffer(piece.before(), US_ASCII));
      }
      delivery.file(file, piece.offset(), piece.length());
    }
  }

  private void passContent(FileAnswer answer) {
    if (answer.content() != null) {
      ByteBuf body = FileParts.read(answer, allocator);
      delivery.pass(body);
      body.release();
    }
  }

  /// The whole response is the server's own.
  void reject(Rejection reason) {
    client.reject(reason, beside);
  }

  /// The response begins; pieces follow.
  ///
  /// @return why the file that it hands over cannot be sent, or null
  @Nullable Rejection head(ResponseHead response) {
    FileAnswer file = shared.handedOver(request, response);
    begun = true;
    if (file != null) {
      handedOver = true;
      if (file.rejection() == null) {
        start(file);
      }
      return file.rejection();
    }
    compressed = shared.compression().pieces(request, response, allocator);
    bodiless = !client.start(response, -1);
    eventStream = response.isEventStream();
    if (bodiless) {
      delivery.unwanted();
    }
    return null;
  }

  void earlyHints(List<String> links) {
    if (!begun) {
      client.earlyHints(links);
    }
  }

  void data(ByteBuf data) {
    if (handedOver) {
      delivery.skip(data.readableBytes()); // a file is sent in its place
      return;
    }
    CompressedBody coding = compressed;
    if (coding == null) {
      delivery.data(data);
      return;
    }
    ByteBuf smaller = coding.piece(data);
    delivery.data(smaller, data.readableBytes());
    smaller.release();
  }

  void file(String path, long offset, long length) throws IOException {
    if (compressed != null) {
      throw new IOException("the worker has not said before that the body comes in files");
    }
    if (!bodiless && !handedOver && length > 0) {
      delivery.file(path, offset, length);
    }
  }

  void trailers(ResponseHead fields) {
    if (begun && !bodiless && !handedOver) {
      client.trailers(fields);
    }
  }

  /// The app has sent the last piece.
  ///
  /// @param unfinished whether it has not sent all that it meant to
  void ended(boolean unfinished) {
    boolean isComplete = endCompressed(!unfinished);
    ended = true;
    aborted = !isComplete && !bodiless && !handedOver;
  }

  /// Passes on what a compressed body ends with, if it is to end so.
  ///
  /// @return whether all is there that was announced
  private boolean endCompressed(boolean complete) {
    CompressedBody coding = compressed;
    if (coding == null) {
      return complete;
    }
    boolean isWhole = complete && !coding.isShort();
    if (isWhole) {
      ByteBuf last = coding.end();
      delivery.pass(last);
      last.release();
    }
    drop();
    return isWhole;
  }

  private void drop() {
    if (compressed != null) {
      compressed.close();
      compressed = null;
    }
  }

  /// The server ends what its app would not, in the middle of a stream.
  void endEarly() {
    if (delivery.isEmpty()) {
      endCompressed(true);
    }
    unwanted();
    client.end();
  }

  /// The app speaks another protocol with the client from now on.
  void switched() {
    begun = true;
    switched = true;
  }

  /// The client can take more.
  void resume() {
    delivery.resume();
  }

  /// Tells the client that it has all, if the app has ended and all has been handed over.
  void endIfSent() {
    if (ended && delivery.isEmpty()) {
      ended = false;
      if (aborted) {
        client.abort();
      } else {
        client.end();
      }
    }
  }

  /// Nobody wants the rest.
  void unwanted() {
    drop();
    delivery.unwanted();
  }

  /// Bytes of body that the client has been written.
  long bodyBytes() {
    return begun ? client.bodyBytes() : 0;
  }

  /// Frees everything, once the last piece on its way has left.
  void finish() {
    drop();
    delivery.finish();
  }
}
