package io.saola.os;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.OptionalLong;

/// A file that holds the number of this process while it runs.
public final class PidFile implements AutoCloseable {
  private final Path path;
  private final long pid;
  private volatile boolean handedOver;

  private PidFile(Path path, long pid) {
    this.path = path;
    this.pid = pid;
  }

  /// Writes this process's number into `path`, which may be left over from a process that has
  /// ended.
  ///
  /// @throws IOException with a sentence for the operator, if another process lives under the
  ///   number in the file or it cannot be written
  public static PidFile claim(Path path) throws IOException {
    return claim(path, 0);
  }

  /// The same, also if the file belongs to `predecessor`, whose place this process takes.
  public static PidFile claim(Path path, long predecessor) throws IOException {
    long pid = ProcessHandle.current().pid();
    OptionalLong other = read(path);
    if (other.isPresent()
        && other.getAsLong() != pid
        && other.getAsLong() != predecessor
        && lives(other.getAsLong())) {
      throw new IOException(
          path
              + " belongs to a process that is running (pid "
              + other.getAsLong()
              + "); stop that, or remove the file if it is another program's");
    }
    write(path, pid);
    return new PidFile(path, pid);
  }

  /// From now on the file is another process's.
  public void handOver() {
    handedOver = true;
  }

  /// Removes the file, unless another process has taken it over since.
  @Override
  public void close() throws IOException {
    if (!handedOver && read(path).equals(OptionalLong.of(pid))) {
      Files.deleteIfExists(path);
    }
  }

  /// A reader never sees half a number: the file is written beside its place, then moved there.
  private static void write(Path path, long pid) throws IOException {
    Path target = path.toAbsolutePath();
    Path beside = target.resolveSibling(target.getFileName() + "." + pid);
    try {
      Files.writeString(beside, pid + "\n");
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (AccessDeniedException e) {
      throw new AccessDeniedException(target.toString());
    } catch (NoSuchFileException e) {
      throw new IOException("there is no folder " + target.getParent() + " for the pid file", e);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static OptionalLong read(Path path) throws IOException {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(path).strip()));
    } catch (NoSuchFileException | NumberFormatException | MalformedInputException e) {
      return OptionalLong.empty();
    }
  }

  private static boolean lives(long pid) {
    return ProcessHandle.of(pid).isPresent() && !Children.isZombie(pid);
  }
}
