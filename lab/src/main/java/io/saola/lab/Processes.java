package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Every process that the lab has running. Nothing starts once it is closed, so that Ctrl-C in the
/// middle of a run leaves nothing behind.
///
/// Shared by the thread that measures and the shutdown hook; the lock guards the list and the flag.
final class Processes {
  /// What a person set up for their own servers must not reach the measured ones.
  private static final Set<String> FOREIGN =
      Set.of(
          "GUNICORN_CMD_ARGS",
          "WEB_CONCURRENCY",
          "PORT",
          "FORWARDED_ALLOW_IPS",
          "PYTHONPATH",
          "PYTHONHOME",
          "PYTHONSTARTUP",
          "PYTHONDEVMODE",
          "PYTHONASYNCIODEBUG",
          "PYTHONTRACEMALLOC");

  private static final Set<String> FOREIGN_PREFIXES =
      Set.of("GRANIAN_", "UVICORN_", "UWSGI_", "SAOLA_");
  private static final Set<String> KEPT = Set.of("SAOLA_JAVA_HOME", "SAOLA_JAVA_IMAGE");

  private static final Duration GRACE_AT_CLOSE = Duration.ofSeconds(4);

  private final List<ProcessTree> running = new ArrayList<>();
  private final List<Path> folders = new ArrayList<>();
  private boolean closing;

  record Started(Process process, ProcessTree tree) {}

  /// Keeps a folder with the outputs of processes, until all is closed.
  synchronized Path keep(Path folder) {
    folders.add(folder);
    return folder;
  }

  /// Starts a command with its output in a file.
  ///
  /// In a session of its own: its processes can be told from others by it, and a Ctrl-C at the
  /// terminal reaches only the lab, which then ends them in order.
  synchronized Started start(List<String> command, Path folder, Path output) throws IOException {
    if (closing) {
      throw new IOException("the lab is stopping");
    }
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of("setsid"), command.stream()).toList())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile());
    clean(builder.environment());
    Process process = builder.start();
    ProcessTree tree = new ProcessTree(process.toHandle());
    running.add(tree);
    return new Started(process, tree);
  }

  /// @return whether the tree ended by itself within the grace
  boolean end(ProcessTree tree, Duration grace) throws IOException, InterruptedException {
    boolean clean = tree.end(grace);
    synchronized (this) {
      running.remove(tree);
    }
    return clean;
  }

  synchronized boolean isClosing() {
    return closing;
  }

  /// Ends everything that is still running and removes what it wrote; for the shutdown hook.
  void close() {
    List<ProcessTree> left;
    List<Path> written;
    synchronized (this) {
      closing = true;
      left = List.copyOf(running);
      written = List.copyOf(folders);
    }
    for (ProcessTree tree : left) {
      try {
        tree.end(GRACE_AT_CLOSE);
      } catch (IOException e) {
        System.err.println("lab: could not end every process: " + e.getMessage());
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    written.forEach(Processes::remove);
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("lab: could not remove " + folder + ": " + e.getMessage());
    }
  }

  private static void clean(Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(name ->
            FOREIGN.contains(name)
                || (!KEPT.contains(name) && FOREIGN_PREFIXES.stream().anyMatch(name::startsWith)));
  }
}
