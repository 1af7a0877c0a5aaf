package io.saola.watch;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What inotify says, through the JDK.
final class KernelNotices implements Notices {
  private final WatchService service;
  private final Deque<Notice> waiting = new ArrayDeque<>();

  private KernelNotices(WatchService service) {
    this.service = service;
  }

  /// @throws IOException if this user has no instances of inotify left
  static KernelNotices open() throws IOException {
    return new KernelNotices(FileSystems.getDefault().newWatchService());
  }

  @Override
  public void add(Path folder) throws IOException {
    folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
  }

  @Override
  public Optional<Notice> poll(Duration longest) throws InterruptedException {
    if (waiting.isEmpty()) {
      WatchKey key = service.poll(longest.toNanos(), TimeUnit.NANOSECONDS);
      if (key != null) {
        take(key);
      }
    }
    return Optional.ofNullable(waiting.poll());
  }

  private void take(WatchKey key) {
    Path folder = (Path) key.watchable();
    Set<String> names = new LinkedHashSet<>(); // writing one file may be many events
    for (WatchEvent<?> event : key.pollEvents()) {
      names.add(nameOf(event.context())); // without a name: some events were too many
    }
    if (!key.reset()) {
      names.add(""); // the folder is gone
    }
    names.forEach(name -> waiting.add(new Notice(folder, name)));
  }

  private static String nameOf(@Nullable Object context) {
    return context == null ? "" : context.toString();
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
