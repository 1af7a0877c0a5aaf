package io.saola.rig;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import com.github.luben.zstd.ZstdInputStream;
import io.saola.settings.Coding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;

/// Undoes what the server's compression does, by the libraries' other halves.
public final class Codings {
  private static final int PIECE = 4096;

  private Codings() {}

  /// What can be read of these bytes, which may be the beginning of more.
  public static InputStream decoder(Coding coding, byte[] bytes) throws IOException {
    InputStream in = new ByteArrayInputStream(bytes);
    return switch (coding) {
      case ZSTD -> new ZstdInputStream(in).setContinuous(true);
      // The library's own stream fails at a beginning.
      case BR -> new ByteArrayInputStream(brotli(bytes));
      case GZIP -> new GZIPInputStream(in);
    };
  }

  private static byte[] brotli(byte[] bytes) throws IOException {
    Brotli4jLoader.ensureAvailability();
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    DecoderJNI.Wrapper decoder = new DecoderJNI.Wrapper(PIECE);
    try {
      while (true) {
        switch (decoder.getStatus()) {
          case DONE -> {
            return plain.toByteArray();
          }
          case OK -> decoder.push(0);
          case NEEDS_MORE_OUTPUT -> add(plain, decoder.pull());
          case NEEDS_MORE_INPUT -> {
            if (decoder.hasOutput()) {
              add(plain, decoder.pull());
            }
            if (!in.hasRemaining()) {
              return plain.toByteArray();
            }
            int size = Math.min(PIECE, in.remaining());
            decoder.getInputBuffer().clear().put(in.slice(in.position(), size));
            in.position(in.position() + size);
            decoder.push(size);
          }
          default -> throw new IOException("this is not brotli");
        }
      }
    } finally {
      decoder.destroy();
    }
  }

  private static void add(ByteArrayOutputStream plain, ByteBuffer piece) {
    byte[] bytes = new byte[piece.remaining()];
    piece.get(bytes);
    plain.writeBytes(bytes);
  }
}
