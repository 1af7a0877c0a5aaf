package io.saola.watch;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How a file stands: another one means that it was written or replaced.
///
/// @param key the file's inode: an older file may be moved to its place
record Stamp(FileTime modified, long size, @Nullable Object key) {
  static Stamp of(BasicFileAttributes attributes) {
    return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }

  static boolean differ(@Nullable Stamp one, @Nullable Stamp other) {
    return !Objects.equals(one, other);
  }
}
