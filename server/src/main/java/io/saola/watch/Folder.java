package io.saola.watch;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One folder that is watched: which of its files matter, and how they stood when last looked at.
final class Folder {
  /// What is found by looking.
  interface Finder {
    void changed(Path file);

    /// A folder inside in which this matters.
    void folder(Path folder, Interest interest);
  }

  private final Path path;
  private final Set<String> files = new HashSet<>();
  private final Map<String, Stamp> stamps = new HashMap<>();
  private @Nullable Interest interest;

  Folder(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /// This file matters from now on, as it stands.
  void add(String name) {
    if (files.add(name)) {
      look(name);
    }
  }

  /// This matters from now on: look at everything to learn how it stands.
  ///
  /// @return whether that is anything new
  boolean add(Interest more) {
    Interest before = interest;
    interest = before == null ? more : before.or(more);
    return interest != before;
  }

  /// Looks at everything that matters.
  void lookAtAll(Finder finder) {
    Set<String> names = new HashSet<>(files);
    names.addAll(stamps.keySet());
    if (interest != null) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
      } catch (IOException | DirectoryIteratorException e) {
        // It is gone, or not ours to read: its files count as gone.
      }
    }
    names.forEach(name -> lookAt(name, finder));
  }

  /// Looks at one entry, of which the kernel has said something.
  void lookAt(String name, Finder finder) {
    Interest wanted = interest;
    if (files.contains(name) || (wanted != null && wanted.counts(name))) {
      if (look(name)) {
        finder.changed(path.resolve(name));
      }
    }
    Path entry = path.resolve(name);
    // A link is not followed: it may lead back.
    if (wanted != null && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      wanted.below(entry).ifPresent(inside -> finder.folder(entry, inside));
    }
  }

  /// Whether a file stands otherwise than before.
  private boolean look(String name) {
    Stamp now = stamp(path.resolve(name));
    Stamp before = now == null ? stamps.remove(name) : stamps.put(name, now);
    return Stamp.differ(before, now);
  }

  private static @Nullable Stamp stamp(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.isRegularFile() ? Stamp.of(attributes) : null;
    } catch (IOException e) {
      return null; // gone, or not to be seen
    }
  }
}
