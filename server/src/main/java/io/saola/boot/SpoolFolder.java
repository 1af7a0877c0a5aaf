package io.saola.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// This server's own folder (0700) for bodies that are too large for memory. Removed at the end, by
/// the keeper if need be.
final class SpoolFolder implements AutoCloseable {
  private final Path path;

  private SpoolFolder(Path path) {
    this.path = path;
  }

  /// @param random names the folder, in so many bits that no other has the name
  static SpoolFolder create(Path parent, RandomGenerator random) {
    try {
      return new SpoolFolder(
          Files.createDirectory(
              parent.resolve("saola-" + HexFormat.of().toHexDigits(random.nextLong())),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      return; // somebody else has tidied up
    }
    Files.deleteIfExists(path);
  }
}
