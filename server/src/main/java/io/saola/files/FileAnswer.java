package io.saola.files;

import io.saola.model.Rejection;
import io.saola.model.ResponseHead;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a request for a file is answered. Whoever has it sends it, and closes the file.
///
/// @param rejection in place of a body, beside the fields of the head
/// @param head lent until the next answer is asked for
/// @param file where the pieces are; null if there is none, or `content` is there
/// @param content of the whole file, if it is in memory: shared, and not to be changed
/// @param pieces of the body, in order
public record FileAnswer(
    @Nullable Rejection rejection,
    ResponseHead head,
    @Nullable FileChannel file,
    @Nullable ByteBuffer content,
    List<Piece> pieces) {

  /// Some text, and a part of the file behind them.
  ///
  /// @param before in ASCII; may be empty
  /// @param length may be 0
  public record Piece(String before, long offset, long length) {}

  /// Whether there is a file, open or in memory.
  public boolean hasFile() {
    return file != null || content != null;
  }

  /// Bytes of the whole body.
  public long length() {
    long length = 0;
    for (Piece piece : pieces) {
      length += piece.before().length() + piece.length();
    }
    return length;
  }
}
