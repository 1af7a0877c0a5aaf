package io.saola.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One version of a file: its length, what tells it from others, and, to be sent, its bytes.
///
/// @param tag a strong entity tag
/// @param modified in seconds since 1970
/// @param channel null if it was only looked at, or its content is known
/// @param content all of it, not to be changed, if it is small and known; else null
record OpenedFile(
    long size,
    String tag,
    long modified,
    @Nullable FileChannel channel,
    @Nullable ByteBuffer content) {
  /// How often a file may be replaced while it is opened.
  private static final int TRIES = 3;

  /// Opens it only to see that it could be sent, which its attributes do not show.
  static OpenedFile look(Path path) throws IOException {
    BasicFileAttributes seen = attributes(path);
    FileChannel.open(path, StandardOpenOption.READ).close();
    return of(seen, null, null);
  }

  /// Opens it so that tag and bytes are of the same version: a name may be given to another file at
  /// any moment, and a cache would keep what does not belong together for a year.
  ///
  /// @param seen what it was a moment ago
  static OpenedFile open(Path path, BasicFileAttributes seen) throws IOException {
    BasicFileAttributes before = seen;
    for (int i = 1; ; i++) {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      boolean kept = false;
      try {
        BasicFileAttributes after = attributes(path);
        if (isSame(before, after) && after.size() <= channel.size()) {
          kept = true;
          return of(after, channel, null);
        }
        if (i == TRIES) {
          throw new IOException("it is changing all the time");
        }
        before = after;
      } finally {
        if (!kept) {
          channel.close();
        }
      }
    }
  }

  static boolean isSame(BasicFileAttributes one, BasicFileAttributes other) {
    return Objects.equals(one.fileKey(), other.fileKey())
        && one.size() == other.size()
        && one.lastModifiedTime().equals(other.lastModifiedTime());
  }

  static BasicFileAttributes attributes(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new NoSuchFileException(path.toString());
    }
    return attributes;
  }

  static OpenedFile of(
      BasicFileAttributes file, @Nullable FileChannel channel, @Nullable ByteBuffer content) {
    String tag =
        '"'
            + Long.toHexString(file.lastModifiedTime().to(TimeUnit.NANOSECONDS))
            + '-'
            + Long.toHexString(file.size())
            + '-'
            + Long.toHexString(inode(file))
            + '"';
    return new OpenedFile(
        file.size(), tag, file.lastModifiedTime().to(TimeUnit.SECONDS), channel, content);
  }

  /// The JDK shows it in a text only: `(dev=fe01,ino=4711)`.
  private static long inode(BasicFileAttributes file) {
    String key = String.valueOf(file.fileKey());
    int at = key.indexOf("ino=");
    int end = key.indexOf(')', at);
    return at < 0 || end < 0 ? 0 : Long.parseUnsignedLong(key, at + 4, end, 10);
  }
}
