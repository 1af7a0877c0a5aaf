package io.saola.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatcherTest {
  private static final long PATIENCE = 15;

  @TempDir private Path app;
  @TempDir private Path other;
  @TempDir private Path announcements;
  private final BlockingQueue<Path> changed = new LinkedBlockingQueue<>();
  private final List<Watcher> watchers = new ArrayList<>();

  @BeforeEach
  void files() throws IOException {
    Files.createDirectories(app.resolve("part/inner"));
    for (Path folder : List.of(app, app.resolve("part"), app.resolve("part/inner"), other)) {
      Files.writeString(folder.resolve("code.py"), "one");
    }
  }

  @AfterEach
  void close() {
    watchers.forEach(Watcher::close);
  }

  private Watcher watch(Watcher.Opening notices) {
    Watched watched = new Watched(List.of(app), List.of(), List.of(), announcements, false);
    Watcher watcher = new Watcher(watched, changed::addAll, notices);
    watchers.add(watcher);
    watcher.start();
    return watcher;
  }

  private Watcher watch() {
    return watch(KernelNotices::open);
  }

  private void announce(String line) throws IOException {
    Files.writeString(
        announcements.resolve("1"),
        line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /// Whatever was said before this file is said now.
  private void awaitChanged(Path file) throws InterruptedException {
    Set<Path> said = new HashSet<>();
    while (!said.contains(file)) {
      Path next = changed.poll(PATIENCE, TimeUnit.SECONDS);
      assertThat(next).as("waited for %s after %s", file, said).isNotNull();
      said.add(next);
    }
  }

  @Test
  void source_is_watched_at_any_depth() throws Exception {
    watch();
    for (String name : List.of("code.py", "part/inner/code.py", "part/new.py")) {
      Files.writeString(app.resolve(name), "two");
      awaitChanged(app.resolve(name));
    }
  }

  @Test
  void a_file_that_goes_is_a_change() throws Exception {
    watch();
    Files.delete(app.resolve("part/code.py"));

    awaitChanged(app.resolve("part/code.py"));
  }

  @Test
  void folders_that_are_made_and_made_again_are_watched() throws Exception {
    watch();
    Path made = app.resolve("made/inside");
    for (String text : List.of("one", "two", "three")) {
      Files.createDirectories(made);
      Files.writeString(made.resolve("code.py"), text);
      awaitChanged(made.resolve("code.py"));
      Files.writeString(made.resolve("code.py"), text + " more");
      awaitChanged(made.resolve("code.py"));
      Files.delete(made.resolve("code.py"));
      Files.delete(made);
      Files.delete(made.getParent());
      awaitChanged(made.resolve("code.py"));
    }
  }

  @Test
  void what_is_announced_is_watched_where_it_is() throws Exception {
    Watcher watcher = watch();
    announce("file " + other.resolve("code.py"));
    watcher.catchUp();
    Files.writeString(other.resolve("other.py"), "nobody has announced it");
    Files.writeString(other.resolve("code.py"), "two");

    awaitChanged(other.resolve("code.py"));
    assertThat(changed).isEmpty();
  }

  @Test
  void announcements_are_noticed_by_themselves() throws Exception {
    watch();
    Files.createDirectory(other.resolve("pages"));
    announce("folder " + other.resolve("pages"));
    Path page = other.resolve("pages/page.txt");

    Path said = null;
    for (int i = 0; said == null && i < 300; i++) {
      Files.writeString(page, "version " + i);
      said = changed.poll(50, TimeUnit.MILLISECONDS);
    }
    assertThat(said).isEqualTo(page);
  }

  @Test
  void every_line_is_read_once_and_when_it_is_whole() throws Exception {
    Announcements said = new Announcements(announcements);
    Path file = announcements.resolve("12");
    Files.writeString(file, "file /a/ä.py\nfolder /b\nfile /c");
    assertThat(said.next())
        .containsExactly(
            new Announcements.Announced(Path.of("/a/ä.py"), false),
            new Announcements.Announced(Path.of("/b"), true));

    Files.writeString(file, "d.py\n", StandardOpenOption.APPEND);
    assertThat(said.next()).containsExactly(new Announcements.Announced(Path.of("/cd.py"), false));
    assertThat(said.next()).isEmpty();
  }

  @Test
  void only_what_the_last_generations_said_is_kept() throws Exception {
    Announcements said = new Announcements(announcements);
    for (int generation = 8; generation < 13; generation++) {
      Files.writeString(announcements.resolve(Integer.toString(generation)), "file /a\n");
      assertThat(said.next()).hasSize(1);
    }

    assertThat(announcements).isDirectoryNotContaining("glob:**/{8,9}");
    assertThat(announcements).isDirectoryContaining("glob:**/10");
  }

  @Test
  void without_notices_everything_is_looked_at() throws Exception {
    watch(() -> {
      throw new IOException("User limit of inotify instances reached");
    });
    Files.writeString(app.resolve("part/code.py"), "two");

    awaitChanged(app.resolve("part/code.py"));
  }

  @Test
  void notices_that_run_out_are_not_relied_upon() throws Exception {
    Notices few = new FewNotices();
    watch(() -> few);
    Files.writeString(app.resolve("part/inner/code.py"), "two");

    awaitChanged(app.resolve("part/inner/code.py"));
  }

  /// A kernel that has two of them left.
  private static final class FewNotices implements Notices {
    private int left = 2;

    @Override
    public void add(Path folder) throws IOException {
      if (left-- == 0) {
        throw new IOException("User limit of inotify watches reached");
      }
    }

    @Override
    public Optional<Notice> poll(Duration longest) {
      throw new AssertionError("they have been given up");
    }

    @Override
    public void close() {}
  }
}
