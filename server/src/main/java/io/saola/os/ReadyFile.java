package io.saola.os;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// A file that exists while this process is ready.
public final class ReadyFile implements AutoCloseable {
  private final Path path;
  private volatile boolean ours; // not before it is written: until then it may be another server's

  private ReadyFile(Path path) {
    this.path = path;
  }

  /// Removes the file, which may be left over, and makes sure that it can be made later.
  ///
  /// @param keep not removed, since it is that of a server whose place this process takes
  public static ReadyFile prepare(Path path, boolean keep) throws IOException {
    if (!keep) {
      Files.deleteIfExists(path);
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isWritable(folder)) {
      throw new AccessDeniedException(path.toString());
    }
    return new ReadyFile(path);
  }

  /// A reader never sees half of it: it is written beside its place, then moved there.
  public void write(String text) throws IOException {
    Path beside = path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid());
    ours = true;
    try {
      Files.writeString(beside, text);
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(beside, path, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  /// From now on the file is another process's.
  public void handOver() {
    ours = false;
  }

  /// Removes the file, if it is ours.
  @Override
  public void close() throws IOException {
    if (ours) {
      Files.deleteIfExists(path);
    }
  }
}
