package io.saola.exchange;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.files.FileAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads small files into memory.
final class FileParts {
  private static final Logger LOG = LoggerFactory.getLogger(FileParts.class);

  private FileParts() {}

  /// The whole body of an answer that has a file, which is closed. The buffer is the caller's.
  ///
  /// A file that has become shorter, or a disk that fails, gives fewer bytes than were announced:
  /// the client ends the connection then, and its reader knows that something is missing.
  static ByteBuf read(FileAnswer answer, ByteBufAllocator allocator) {
    ByteBuf body = allocator.buffer(Math.toIntExact(answer.length()));
    ByteBuffer content = answer.content();
    if (content != null) {
      for (FileAnswer.Piece piece : answer.pieces()) {
        body.writeCharSequence(piece.before(), US_ASCII);
        body.writeBytes(content.slice((int) piece.offset(), (int) piece.length()));
      }
      return body;
    }
    try (FileChannel file = Objects.requireNonNull(answer.file(), "no file")) {
      for (FileAnswer.Piece piece : answer.pieces()) {
        body.writeCharSequence(piece.before(), US_ASCII);
        for (long done = 0; done < piece.length(); ) {
          int left = (int) (piece.length() - done);
          int read = body.writeBytes(file, piece.offset() + done, left);
          if (read <= 0) {
            return body;
          }
          done += read;
        }
      }
    } catch (IOException e) {
      LOG.warn("cannot read a file to be sent: {}", e.toString());
    }
    return body;
  }
}
