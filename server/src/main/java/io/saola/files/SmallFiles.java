package io.saola.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is in small files that are asked for often.
///
/// To open a file, look at it, read and close it takes five system calls; to see that it is still
/// the one that was read takes one. Once a second it is opened anew. Owned by one event loop.
final class SmallFiles {
  /// Larger ones are sent by the kernel.
  static final int LARGEST = 16 * 1024;

  /// Of all contents together.
  static final int MOST = 1024 * 1024;

  /// A file that was changed just now may be changed again within the same tick of the clock that
  /// stamps it, and nobody would see it.
  static final long SETTLED_MILLIS = 2000;

  /// How long it is taken for granted that a file may still be read: opening it shows that, and
  /// looking at it does not.
  static final long OPEN_MILLIS = 1000;

  private record Known(BasicFileAttributes seen, OpenedFile file, long openedMillis) {
    boolean isValid(BasicFileAttributes now, long millis) {
      return millis - openedMillis < OPEN_MILLIS
          && millis >= openedMillis
          && OpenedFile.isSame(seen, now);
    }
  }

  private final InstantSource clock;
  private final Map<Path, Known> known = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  SmallFiles(InstantSource clock) {
    this.clock = clock;
  }

  /// The version of the file that is there now, open or with its content.
  ///
  /// @param millis the time when its place was found, which is not long ago: the clock need not be
  ///   asked again
  OpenedFile open(Path path, long millis) throws IOException {
    BasicFileAttributes now = OpenedFile.attributes(path);
    Known before = known.get(path);
    if (before != null) {
      if (before.isValid(now, millis)) {
        return before.file;
      }
      known.remove(path);
      bytes -= before.file.size();
    }
    OpenedFile opened = OpenedFile.open(path, now);
    FileChannel channel = opened.channel();
    if (channel == null || !isWorthKnowing(now)) {
      return opened;
    }
    boolean kept = false;
    try {
      ByteBuffer content = read(channel, (int) now.size());
      if (content == null || !OpenedFile.isSame(OpenedFile.attributes(path), now)) {
        kept = true;
        return opened;
      }
      OpenedFile file = OpenedFile.of(now, null, content);
      keep(path, new Known(now, file, millis));
      return file;
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  private boolean isWorthKnowing(BasicFileAttributes file) {
    return file.size() <= LARGEST
        && clock.millis() - file.lastModifiedTime().toMillis() > SETTLED_MILLIS;
  }

  /// All of it, or null if it is not as long as it was.
  private static @Nullable ByteBuffer read(FileChannel channel, int size) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(size);
    while (content.hasRemaining() && channel.read(content, content.position()) > 0) {}
    return content.hasRemaining() ? null : content.flip().asReadOnlyBuffer();
  }

  private void keep(Path path, Known one) {
    known.put(path, one);
    bytes += one.file.size();
    for (Iterator<Known> oldest = known.values().iterator(); bytes > MOST; oldest.remove()) {
      bytes -= oldest.next().file.size();
    }
  }
}
