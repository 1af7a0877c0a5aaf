package io.saola.compress;

import com.aayushatharva.brotli4j.encoder.Encoder.Mode;
import com.aayushatharva.brotli4j.encoder.EncoderJNI.Operation;
import com.aayushatharva.brotli4j.encoder.EncoderJNI.Wrapper;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// Brotli (RFC 7932), by the library that its authors wrote.
final class BrotliEncoder implements Encoder {
  private static final int PIECE = 16 * 1024;

  /// 256 KiB of window.
  private static final int WINDOW_LOG = 18;

  private final Wrapper library;

  BrotliEncoder(int level) {
    try {
      library = new Wrapper(PIECE, level, WINDOW_LOG, Mode.GENERIC);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void encode(ByteBuf in, boolean last, ByteBuf out) {
    int at = in.readerIndex();
    int end = in.writerIndex();
    do {
      int step = Math.min(PIECE, end - at);
      ByteBuffer input = library.getInputBuffer();
      input.clear().limit(step);
      in.getBytes(at, input);
      at += step;
      Operation then = last ? Operation.FINISH : Operation.FLUSH;
      push(at < end ? Operation.PROCESS : then, step, out);
    } while (at < end);
  }

  private void push(Operation operation, int size, ByteBuf out) {
    library.push(operation, size);
    boolean more = true;
    while (more) {
      if (!library.isSuccess()) {
        throw new IllegalStateException("brotli has failed");
      }
      if (library.hasMoreOutput()) {
        out.writeBytes(library.pull());
      } else if (library.hasRemainingInput()) {
        library.push(operation, 0);
      } else {
        more = false;
      }
    }
  }

  @Override
  public void close() {
    library.destroy();
  }
}
