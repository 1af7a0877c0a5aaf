package io.saola.watch;

import io.saola.watch.Announcements.Announced;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says which files have changed.
///
/// What counts is how a file stands against how it stood before; the kernel's notices only say
/// where to look. So an editor that writes beside and renames, a burst of changes and notices that
/// were lost are all the same, and where there are none, looking everywhere each second will do.
///
/// Everything here and in the folders is guarded by the watcher itself.
public final class Watcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

  /// Editors write in several steps, and tools change many files: how long nothing more may happen
  /// before it is said, and when it is said all the same.
  private static final Duration QUIET = Duration.ofMillis(100);

  private static final Duration LONGEST = Duration.ofSeconds(2);

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /// Somebody serves from `/` or from home, perhaps.
  private static final int MOST_FOLDERS = 10_000;

  /// Opens the kernel's notices, or says why there are none.
  interface Opening {
    Notices open() throws IOException;
  }

  private final Watched watched;
  private final Consumer<List<Path>> changed;
  private final Announcements announcements;
  private final Map<Path, Folder> folders = new HashMap<>();
  private final Set<Path> changes = new LinkedHashSet<>();
  private final Opening opening;
  private final Thread thread;
  private volatile @Nullable Notices notices;
  private boolean full;

  /// @param changed told what has, on the watcher's thread
  public Watcher(Watched watched, Consumer<List<Path>> changed) {
    this(watched, changed, KernelNotices::open);
  }

  Watcher(Watched watched, Consumer<List<Path>> changed, Opening opening) {
    this.watched = watched;
    this.changed = changed;
    this.opening = opening;
    this.announcements = new Announcements(watched.announcements());
    this.thread = Thread.ofVirtual().name("watcher").unstarted(this::run);
  }

  /// Looks at everything, so that what changes from now on is seen, and watches.
  public synchronized void start() {
    open();
    begin();
    thread.start();
  }

  /// Takes note of what the processes have announced until now.
  public synchronized void catchUp() {
    announcements.next().forEach(this::take);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        if (await(FOR_EVER)) {
          settle();
          changed.accept(takeChanges());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeNotices();
    }
  }

  private synchronized List<Path> takeChanges() {
    List<Path> all = List.copyOf(changes);
    changes.clear();
    return all;
  }

  /// Waits until nothing more changes.
  private void settle() throws InterruptedException {
    long start = System.nanoTime();
    long quietSince = start;
    long now = start;
    while (now - quietSince < QUIET.toNanos() && now - start < LONGEST.toNanos()) {
      boolean more = await(Duration.ofNanos(QUIET.toNanos() - (now - quietSince)));
      now = System.nanoTime();
      if (more) {
        quietSince = now;
      }
    }
  }

  // ---- where to look

  private void open() {
    if (!watched.poll()) {
      try {
        notices = opening.open();
      } catch (IOException e) {
        doWithout(e);
      }
    }
  }

  private void doWithout(IOException e) {
    closeNotices();
    LOG.warn(
        "--reload looks at all files each second, because the kernel has no notices of changes left"
            + " ({}): see fs.inotify.max_user_watches and max_user_instances in inotify(7)",
        e.getMessage());
  }

  private void closeNotices() {
    Notices open = notices;
    notices = null;
    if (open != null) {
      open.close();
    }
  }

  private void begin() {
    register(announcements.folder());
    Interest source = Interest.source(watched.globs());
    for (Path folder : watched.sources()) {
      enter(folder.normalize(), source, file -> {});
    }
    watched.files().forEach(this::add);
    catchUp();
  }

  private void take(Announced said) {
    if (said.isFolder()) {
      enter(said.path().normalize(), Interest.ALL, file -> {});
    } else {
      add(said.path());
    }
  }

  private void add(Path file) {
    Path path = file.normalize();
    Path parent = path.getParent();
    Path name = path.getFileName();
    if (parent != null && name != null) {
      Folder folder = folder(parent);
      if (folder != null) {
        folder.add(name.toString());
      }
    }
  }

  /// Watches a folder and those below it.
  ///
  /// @param found told of files that are in it
  private void enter(Path start, Interest interest, Consumer<Path> found) {
    Deque<Path> paths = new ArrayDeque<>(List.of(start));
    Deque<Interest> interests = new ArrayDeque<>(List.of(interest));
    while (!paths.isEmpty()) {
      Interest wanted = interests.remove();
      Folder folder = folder(paths.remove());
      if (folder != null && folder.add(wanted)) {
        folder.lookAtAll(
            new Folder.Finder() {
              @Override
              public void changed(Path file) {
                found.accept(file);
              }

              @Override
              public void folder(Path inside, Interest itsInterest) {
                paths.add(inside);
                interests.add(itsInterest);
              }
            });
      }
    }
  }

  /// The folder of this path, which is watched from now on; null if there is none.
  private @Nullable Folder folder(Path path) {
    Folder known = folders.get(path);
    if (known != null) {
      return known;
    }
    if (!Files.isDirectory(path)) {
      return null;
    }
    if (folders.size() >= MOST_FOLDERS) {
      if (!full) {
        full = true;
        LOG.warn("--reload watches no more than {} folders: {} is left out", MOST_FOLDERS, path);
      }
      return null;
    }
    register(path);
    Folder folder = new Folder(path);
    folders.put(path, folder);
    return folder;
  }

  private void register(Path path) {
    Notices open = notices;
    if (open != null) {
      try {
        open.add(path);
      } catch (IOException e) {
        if (Files.isDirectory(path)) {
          doWithout(e);
        }
      }
    }
  }

  // ---- what happens

  /// Waits for something to happen, but no longer than this.
  ///
  /// @return whether anything that matters has changed
  private boolean await(Duration longest) throws InterruptedException {
    Notices open = notices;
    if (open == null) {
      Thread.sleep(longest.compareTo(LOOK) < 0 ? longest : LOOK);
      return lookEverywhere();
    }
    boolean more = false;
    try {
      Optional<Notices.Notice> notice = open.poll(longest);
      while (notice.isPresent()) {
        more |= look(notice.get());
        notice = open.poll(Duration.ZERO);
      }
    } catch (ClosedWatchServiceException e) {
      LOG.debug("no notices any more"); // since a folder could not be added
    }
    return more;
  }

  private synchronized boolean lookEverywhere() {
    catchUp();
    Changes seen = new Changes();
    new ArrayList<>(folders.values()).forEach(folder -> folder.lookAtAll(seen));
    return seen.any;
  }

  private synchronized boolean look(Notices.Notice notice) {
    Changes seen = new Changes();
    Folder folder = folders.get(notice.folder());
    if (notice.folder().equals(announcements.folder())) {
      catchUp();
    } else if (folder != null && !notice.name().isEmpty()) {
      folder.lookAt(notice.name(), seen);
    } else if (folder != null) {
      register(folder.path()); // perhaps another one than before, of the same name
      folder.lookAtAll(seen);
      if (!Files.isDirectory(folder.path())) {
        folders.remove(folder.path());
      }
    }
    return seen.any;
  }

  private final class Changes implements Folder.Finder {
    private boolean any;

    @Override
    public void changed(Path file) {
      any = true;
      changes.add(file);
    }

    @Override
    public void folder(Path folder, Interest interest) {
      enter(folder, interest, this::changed);
    }
  }
}
