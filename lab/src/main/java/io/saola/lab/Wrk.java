package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

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
  private final String script;
  private final String output;

  private final List<String> fields;

  private Wrk(Setup setup, String url, int connections, String body, String script, String output) {
    this(setup, url, connections, body.getBytes(UTF_8).length, script, output, List.of());
  }

  private Wrk(
      Setup setup,
      String url,
      int connections,
      int length,
      String script,
      String output,
      List<String> fields) {
    this.setup = setup;
    this.url = url;
    this.connections = connections;
    this.length = length;
    this.script = script;
    this.output = output;
    this.fields = fields;
  }

  /// @param length of every answer's body, as it is sent
  /// @param fields of the request's head, `Name: value`
  static Wrk get(Setup setup, String url, int connections, int length, List<String> fields) {
    return new Wrk(setup, url, connections, length, "percentiles.lua", "wrk.out", fields);
  }

  /// @param body what every answer holds
  static Wrk get(Setup setup, String url, int connections, String body) {
    return new Wrk(setup, url, connections, body, "percentiles.lua", "wrk.out");
  }

  static Wrk post(Setup setup, String url, int connections, Traffic.Post post) {
    return new Wrk(setup, url, connections, post.body(), post.script(), "wrk.out");
  }

  /// A second one, beside another that is measured.
  static Wrk beside(Setup setup, String url, int connections, String body) {
    return new Wrk(setup, url, connections, body, "percentiles.lua", "wrk-beside.out");
  }

  @Override
  public void settle() {}

  @Override
  public Outcome run(Duration duration) throws IOException, InterruptedException, LabException {
    try (Running run = begin(duration)) {
      return run.outcome();
    }
  }

  Running begin(Duration duration) throws IOException {
    Path file = setup.folder().resolve(output);
    return new Running(setup.processes().start(command(duration), setup.folder(), file), file);
  }

  /// A run that has begun. Closing it ends it.
  final class Running implements AutoCloseable {
    private final Processes.Started started;
    private final Path file;

    private Running(Processes.Started started, Path file) {
      this.started = started;
      this.file = file;
    }

    /// Waits for its end.
    Outcome outcome() throws IOException, InterruptedException, LabException {
      int exit = started.process().waitFor();
      String printed = Files.readString(file);
      if (exit != 0) {
        throw new LabException("wrk ended with status " + exit + ": " + printed.strip());
      }
      WrkReport report = WrkReport.parse(printed);
      report.requireLength(length, connections);
      return report.outcome();
    }

    @Override
    public void close() throws IOException {
      try {
        setup.processes().end(started.tree(), GRACE);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
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
    command.addAll(List.of("-s", setup.scripts().resolve(script).toString()));
    fields.forEach(field -> command.addAll(List.of("-H", field)));
    command.add(url);
    return command;
  }
}
