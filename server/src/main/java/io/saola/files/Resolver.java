package io.saola.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where a file really lies, and what else lies beside it.
///
/// That takes a dozen system calls, so it is remembered for a second. What is in the file is looked
/// at each time. Owned by one event loop.
final class Resolver {
  private static final int MOST = 1024;
  private static final long MILLIS = 1000;

  /// A file that may be sent.
  ///
  /// @param path without a symbolic link in it, unless links may lead anywhere
  /// @param codings those in which the file lies beside itself
  record Place(Path path, Set<Coding> codings, long sinceMillis) {
    /// The file in that coding.
    Path in(@Nullable Coding coding) {
      return coding == null
          ? path
          : path.resolveSibling(String.valueOf(path.getFileName()) + coding.ending());
    }
  }

  /// Which files of a folder may be sent.
  enum Rule {
    /// Those that are in it, and are not hidden.
    PUBLIC,
    /// Those that are in it, and whatever links lead to.
    LINKED,
    /// Those that are in it, hidden ones too: it is the app that names them.
    INTERNAL
  }

  private record Key(Path folder, Path below) {}

  private final InstantSource clock;
  private final Map<Key, Place> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Place> eldest) {
          return size() > MOST;
        }
      };

  Resolver(InstantSource clock) {
    this.clock = clock;
  }

  /// The regular file at this place, or null: there is none that may be sent.
  ///
  /// @param below relative, without `..`
  /// @throws IOException if it cannot be looked at, for another reason than that it is not there
  @Nullable Place find(Path folder, Path below, Rule rule) throws IOException {
    Key key = new Key(folder, below);
    long now = clock.millis();
    Place place = known.get(key);
    if (place != null && now >= place.sinceMillis() && now - place.sinceMillis() < MILLIS) {
      return place;
    }
    place = look(folder, below, rule, now);
    if (place == null) {
      known.remove(key);
    } else {
      known.put(key, place);
    }
    return place;
  }

  private static @Nullable Place look(Path folder, Path below, Rule rule, long now)
      throws IOException {
    Path path = folder.resolve(below);
    // Not opened to see what it is: to open a FIFO may take for ever.
    if (!Files.isRegularFile(path)) {
      return null;
    }
    if (rule != Rule.LINKED) {
      // The folder itself is often a link that a deployment moves on.
      Path root = folder.toRealPath();
      path = path.toRealPath();
      if (!path.startsWith(root) || (rule == Rule.PUBLIC && isHidden(root.relativize(path)))) {
        return null;
      }
    }
    return new Place(path, codings(path, below), now);
  }

  /// A link may lead to what could not be asked for.
  private static boolean isHidden(Path below) {
    for (Path segment : below) {
      if (RequestPath.isHidden(segment.toString())) {
        return true;
      }
    }
    return false;
  }

  /// Links are not followed here: a coding is another form of the file beside it.
  private static Set<Coding> codings(Path path, Path below) {
    if (!ContentType.of(below.toString()).compressible()) {
      return Collections.emptySet();
    }
    Set<Coding> there = EnumSet.noneOf(Coding.class);
    for (Coding coding : Coding.values()) {
      Path sibling = path.resolveSibling(String.valueOf(path.getFileName()) + coding.ending());
      if (Files.isRegularFile(sibling, LinkOption.NOFOLLOW_LINKS)) {
        there.add(coding);
      }
    }
    return there;
  }
}
