package io.saola.observe;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What takes the bytes of a log. Its methods may block.
interface LogOutput {
  /// Takes some of the bytes, at least one.
  void write(ByteBuffer bytes) throws IOException;

  /// Opens the same path again; keeps the old file if that fails.
  void reopen() throws IOException;

  void close() throws IOException;
}
