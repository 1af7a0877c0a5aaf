package io.saola.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server's private folder (0700), with its link socket and FIFOs, and one in memory for the
/// workers' status pages: a page on a disk stalls in writeback. Both are removed on close.
public final class RuntimeFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RuntimeFolder.class);

  /// What fits into `sun_path` of a socket address, with its final NUL (unix(7)).
  private static final int LONGEST_SOCKET_PATH = 107;

  private static final String SOCKET = "link.sock";

  /// The longest name of a socket in the folder.
  private static final String LONGEST_NAME = "control.sock";

  private static final int TRIES = 10;
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path path;
  private final Path pages;

  private RuntimeFolder(Path path, Path pages) {
    this.path = path;
    this.pages = pages;
  }

  /// Makes both folders, the first in one of `parents`: where it can be made and the socket's path
  /// is short enough.
  ///
  /// @throws IOException if none will do; the message says where it was tried
  public static RuntimeFolder create(List<Path> parents, RandomGenerator random)
      throws IOException {
    return create(parents, SHARED_MEMORY, random);
  }

  static RuntimeFolder create(List<Path> parents, Path memory, RandomGenerator random)
      throws IOException {
    for (Path parent : parents) {
      Path path = make(parent.toAbsolutePath(), random);
      if (path != null) {
        Path pages = make(memory, random);
        return new RuntimeFolder(path, pages == null ? path : pages);
      }
    }
    throw new IOException("no runtime folder can be made in any of " + parents);
  }

  /// The folder of the link socket and the FIFOs.
  public Path path() {
    return path;
  }

  /// The folder of the status pages; the same as [#path] where there is no shared memory.
  public Path pages() {
    return pages;
  }

  /// The folder of memory that is shared with workers; null where there is none.
  public @Nullable Path arenas() {
    return pages.equals(path) ? null : pages;
  }

  public Path socket() {
    return path.resolve(SOCKET);
  }

  /// What the keeper has to remove beside the runtime folder, should the server be killed.
  public List<Path> clean() {
    return pages.equals(path) ? List.of() : List.of(pages);
  }

  @Override
  public void close() {
    delete(path);
    delete(pages);
  }

  private static @Nullable Path make(Path parent, RandomGenerator random) {
    for (int i = 0; i < TRIES; i++) {
      Path folder = parent.resolve("saola-" + HexFormat.of().toHexDigits(random.nextInt()));
      if (folder.resolve(LONGEST_NAME).toString().getBytes(UTF_8).length > LONGEST_SOCKET_PATH) {
        return null;
      }
      try {
        return Files.createDirectory(folder, PRIVATE);
      } catch (FileAlreadyExistsException e) {
        LOG.debug("runtime folder exists path={}", folder);
      } catch (IOException | UnsupportedOperationException e) {
        return null;
      }
    }
    return null;
  }

  /// Follows no link. What is gone already, or cannot be removed, does not stop the rest.
  private static void delete(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
                throws IOException {
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      LOG.debug("runtime folder was gone path={}", folder);
    } catch (IOException e) {
      LOG.warn("runtime folder not removed path={} error={}", folder, e.toString());
    }
  }
}
