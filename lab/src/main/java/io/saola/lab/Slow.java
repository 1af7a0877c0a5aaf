package io.saola.lab;

import io.saola.lab.load.Answers;
import io.saola.lab.load.Slowness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `lab slow-clients`: what a fast client notices of slow ones, and what becomes of these.
///
/// Each server is started anew for each kind of slow clients, and bears more and more of them.
final class Slow {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int LOOK_EVERY_MILLIS = 50;
  private static final Probe PROBE = new Probe("/", "", Traffic.HELLO);

  private final Path home;
  private final SlowOptions options;
  private final Processes processes;
  private final InstantSource clock;
  private final List<SlowRun> runs = new ArrayList<>();

  Slow(Path home, SlowOptions options, Processes processes, InstantSource clock) {
    this.home = home;
    this.options = options;
    this.processes = processes;
    this.clock = clock;
  }

  /// Measures and prints.
  ///
  /// @return the exit status: 1 if a server could not be measured
  int run() throws IOException, InterruptedException, LabException {
    Tools.required("setsid", "util-linux");
    JsonFile.requireFolder(options.json());
    PeerVenv venv =
        PeerVenv.prepare(
            home, Interpreters.one(options.python()), "requirements-peers.txt", "peers-%s");
    Path nginx = Nginx.find().orElse(null);
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    Machine machine = Machine.look(home, venv.python(), null, clock);
    SlowServer.Place place =
        new SlowServer.Place(
            home, venv.bin(), folder, nginx, options.workers(), options.saolaArgs());
    Map<String, String> versions = new LinkedHashMap<>();
    boolean complete = true;
    for (SlowServer row : present(venv, nginx)) {
      versions.put(row.label(), version(row, venv, nginx, machine));
      for (Slowness kind : options.kinds()) {
        complete &= processes.isClosing() || attempt(row, kind, place);
      }
    }
    if (runs.isEmpty()) {
      throw new LabException("there is nothing to tell");
    }
    SlowReport report = new SlowReport(machine, options, versions, runs);
    System.out.println(report.page());
    if (options.json() != null) {
      Files.writeString(options.json(), Json.write(report.toMap()));
    }
    return complete ? 0 : 1;
  }

  private List<SlowServer> present(PeerVenv venv, @Nullable Path nginx) {
    List<SlowServer> present = new ArrayList<>();
    for (SlowServer row : options.only()) {
      List<String> missing = venv.missing(row.packages());
      if (!missing.isEmpty()) {
        say(row.label() + " is left out: not installed: " + String.join(", ", missing));
      } else if (row.needsNginx() && nginx == null) {
        say(row.label() + " is left out: nginx is missing: apt-get install nginx");
      } else {
        present.add(row);
      }
    }
    return present;
  }

  private static String version(
      SlowServer row, PeerVenv venv, @Nullable Path nginx, Machine machine)
      throws InterruptedException {
    if (row == SlowServer.SAOLA) {
      return "commit " + machine.commit();
    }
    String packages = venv.versions(row.packages());
    return row.needsNginx() && nginx != null ? Nginx.version(nginx) + ", " + packages : packages;
  }

  /// All numbers of one kind, by one server as long as it recovers from each of them.
  private boolean attempt(SlowServer row, Slowness kind, SlowServer.Place place)
      throws InterruptedException {
    List<Integer> left = new ArrayList<>(options.slow());
    while (!left.isEmpty()) {
      try {
        attempt(row, kind, place, left);
      } catch (IOException | LabException e) {
        if (!processes.isClosing()) {
          say(row.label() + ", slow " + kind.label() + ", failed: " + e.getMessage());
        }
        return false;
      }
    }
    return true;
  }

  private void attempt(SlowServer row, Slowness kind, SlowServer.Place place, List<Integer> left)
      throws IOException, InterruptedException, LabException {
    RunningServer server = start(row, place);
    try {
      Siege siege = new Siege(row, options, server);
      Answers before = siege.quiet();
      boolean well = true;
      while (well && !left.isEmpty()) {
        SlowRun run = siege.run(kind, left.getFirst(), before);
        runs.add(run);
        left.removeFirst();
        say(text(run));
        well = left.isEmpty() || siege.recovers(PROBE);
      }
    } finally {
      if (!server.stop()) {
        say(row.label() + " did not end when asked to and was killed");
      }
    }
  }

  private RunningServer start(SlowServer row, SlowServer.Place place)
      throws IOException, InterruptedException, LabException {
    RunningServer.Starter starter =
        new RunningServer.Starter(
            row.label(),
            processes,
            home.resolve("lab/apps"),
            place.folder().resolve(row.label() + ".out"),
            PATIENCE,
            LOOK_EVERY_MILLIS);
    return starter.start(address -> row.command(place, address), running -> running.lacks(PROBE));
  }

  private static String text(SlowRun run) {
    return String.format(
        Locale.ROOT,
        "%-15s %4d x slow %-6s  %d of %d ok, p99 %s ms, %s%s",
        run.server().label(),
        run.slow(),
        run.kind().label(),
        run.during().sent() - run.during().failed(),
        run.during().sent(),
        SlowReport.text(SlowRun.p99(run.during())),
        SlowReport.gone(run),
        run.otherCores() < Disturbance.NOTABLE_CORES
            ? ""
            : String.format(Locale.ROOT, "  (others %.1f cores)", run.otherCores()));
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
