package io.saola.watch;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Says in which folder something has happened.
interface Notices extends AutoCloseable {
  /// Something may have happened to an entry of this folder; to any if `name` is empty.
  record Notice(Path folder, String name) {}

  /// From now on there are notices about this folder.
  ///
  /// @throws IOException if there cannot be; the message says why
  void add(Path folder) throws IOException;

  /// Waits for the next notice, but no longer than this.
  Optional<Notice> poll(Duration longest) throws InterruptedException;

  @Override
  void close();
}
