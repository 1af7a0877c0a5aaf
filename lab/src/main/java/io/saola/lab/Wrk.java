package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The load: wrk with one thread, run as a process of its own.
final class Wrk {
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Path program;
  private final Processes processes;
  private final Path folder;

  Wrk(Path program, Processes processes, Path folder) {
    this.program = program;
    this.processes = processes;
    this.folder = folder;
  }

  WrkReport load(String url, int connections, Duration duration)
      throws IOException, InterruptedException, LabException {
    Path output = folder.resolve("wrk.out");
    Processes.Started started =
        processes.start(
            List.of(
                program.toString(),
                "-t1",
                "-c" + connections,
                "-d" + Durations.text(duration),
                "--latency",
                url),
            folder,
            output);
    int exit;
    try {
      exit = started.process().waitFor();
    } finally {
      processes.end(started.tree(), GRACE);
    }
    String printed = Files.readString(output);
    if (exit != 0) {
      throw new LabException("wrk ended with status " + exit + ": " + printed.strip());
    }
    return WrkReport.parse(printed);
  }
}
