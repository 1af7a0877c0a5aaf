package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The load of HTTP requests: wrk with one thread, run as a process of its own each time.
final class Wrk implements Load {
  private static final Duration GRACE = Duration.ofSeconds(1);

  /// What wrk is, where it writes and where its scripts are.
  record Setup(Path program, Processes processes, Path folder, Path scripts) {}

  private final Setup setup;
  private final String url;
  private final int connections;
  private final int length;
  private final List<String> script;

  private Wrk(Setup setup, String url, int connections, int length, List<String> script) {
    this.setup = setup;
    this.url = url;
    this.connections = connections;
    this.length = length;
    this.script = script;
  }

  static Wrk get(Setup setup, String url, int connections, Traffic.Get get) {
    return new Wrk(setup, url, connections, get.body().length(), List.of());
  }

  static Wrk post(Setup setup, String url, int connections, Traffic.Post post) {
    String script = setup.scripts().resolve(post.script()).toString();
    return new Wrk(setup, url, connections, post.body().length(), List.of("-s", script));
  }

  @Override
  public void settle() {}

  @Override
  public Outcome run(Duration duration) throws IOException, InterruptedException, LabException {
    Path output = setup.folder().resolve("wrk.out");
    Processes.Started started = setup.processes().start(command(duration), setup.folder(), output);
    int exit;
    try {
      exit = started.process().waitFor();
    } finally {
      setup.processes().end(started.tree(), GRACE);
    }
    String printed = Files.readString(output);
    if (exit != 0) {
      throw new LabException("wrk ended with status " + exit + ": " + printed.strip());
    }
    WrkReport report = WrkReport.parse(printed);
    report.requireLength(length, connections);
    return report.outcome();
  }

  /// wrk has ended when a run has.
  @Override
  public void finish() {}

  @Override
  public void close() {}

  private List<String> command(Duration duration) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(setup.program().toString(), "-t1", "-c" + connections));
    command.addAll(List.of("-d" + Durations.text(duration), "--latency"));
    command.addAll(script);
    command.add(url);
    return command;
  }
}
