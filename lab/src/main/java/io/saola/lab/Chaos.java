package io.saola.lab;

import io.saola.lab.load.Answers;
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

/// `lab chaos`: what clients notice of dead workers, of new code, and of workers that are recycled.
///
/// Each row is a server of its own for each mishap, so that none bears what another one has left
/// behind.
final class Chaos {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int LOOK_EVERY_MILLIS = 20;

  /// The import of an app that is no toy, where it is not itself what is measured.
  private static final double LIGHT_IMPORT = 0.2;

  private final Path home;
  private final ChaosOptions options;
  private final Processes processes;
  private final InstantSource clock;

  Chaos(Path home, ChaosOptions options, Processes processes, InstantSource clock) {
    this.home = home;
    this.options = options;
    this.processes = processes;
    this.clock = clock;
  }

  /// Measures and prints.
  ///
  /// @return the exit status: 1 if a server could not be measured, or Saola failed a request
  int run() throws IOException, InterruptedException, LabException {
    Tools.required("setsid", "util-linux");
    JsonFile.requireFolder(options.json());
    List<String> asked = options.python().isEmpty() ? List.of() : List.of(options.python());
    String python = (asked.isEmpty() ? Interpreters.usual() : Interpreters.of(asked)).getFirst();
    PeerVenv venv = PeerVenv.prepare(home, python, "requirements-startup.txt", "startup-%s");
    ChaosSite site = ChaosSite.prepare(home);
    Path outputs = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    Machine machine = Machine.look(home, venv.python(), null, clock);
    List<ChaosRun> runs = new ArrayList<>();
    Map<String, String> versions = new LinkedHashMap<>();
    boolean complete = true;
    for (Mishap mishap : options.mishaps()) {
      for (ChaosRow row : ChaosRow.select(options.only(), mishap)) {
        List<String> missing = venv.missing(row.packages());
        if (!missing.isEmpty()) {
          say(row.name() + " is left out: not installed: " + String.join(", ", missing));
        } else if (!processes.isClosing()) {
          versions.put(
              row.server(),
              row.isSaola() ? "commit " + machine.commit() : venv.versions(row.packages()));
          complete &= attempt(row, mishap, new Place(venv, site, outputs), runs);
        }
      }
    }
    if (runs.isEmpty()) {
      throw new LabException("there is nothing to tell");
    }
    ChaosReport report = new ChaosReport(machine, options, versions, runs);
    System.out.println(report.page());
    if (options.json() != null) {
      Files.writeString(options.json(), Json.write(report.toMap()));
    }
    return complete && report.isFlawless() ? 0 : 1;
  }

  private record Place(PeerVenv venv, ChaosSite site, Path outputs) {}

  private boolean attempt(ChaosRow row, Mishap mishap, Place place, List<ChaosRun> runs)
      throws InterruptedException {
    String what = mishap.label() + ", " + row.name();
    try {
      ChaosRun run = measure(row, mishap, place);
      runs.add(run);
      say(
          String.format(
              Locale.ROOT,
              "%-26s  %d requests, %d failed, worst %.1f ms, steady %.1f ms%s%s",
              what,
              run.sent(),
              run.failed(),
              run.during().worst(),
              run.steady(),
              run.fate().isEmpty() ? "" : ", " + run.fate(),
              run.otherCores() < Disturbance.NOTABLE_CORES
                  ? ""
                  : String.format(Locale.ROOT, "  (others %.1f cores)", run.otherCores())));
      return true;
    } catch (IOException | LabException e) {
      if (!processes.isClosing()) {
        say(what + " failed: " + e.getMessage());
      }
      return false;
    }
  }

  private ChaosRun measure(ChaosRow row, Mishap mishap, Place place)
      throws IOException, InterruptedException, LabException {
    boolean recycles = mishap == Mishap.RECYCLE;
    place.site().deploy(recycles ? options.importSeconds() : LIGHT_IMPORT);
    // It begins with the server, so the quiet time is another one's, of which nobody is recycled.
    Answers quiet =
        recycles
            ? with(row, List.of(), place, ordeal -> ordeal.quiet(options.steady().multipliedBy(2)))
            : null;
    return with(row, mishap.flags(), place, ordeal -> ordeal.run(mishap, quiet));
  }

  /// What is done with a server once it has started.
  private interface Use<T> {
    T of(Ordeal ordeal) throws IOException, InterruptedException, LabException;
  }

  private <T> T with(ChaosRow row, List<String> flags, Place place, Use<T> use)
      throws IOException, InterruptedException, LabException {
    Path file = place.outputs().resolve(row.name() + ".out");
    RunningServer.Starter starter =
        new RunningServer.Starter(
            row.name(), processes, place.site().folder(), file, PATIENCE, LOOK_EVERY_MILLIS);
    RunningServer server =
        starter.start(
            address -> row.command(at(place, address), flags),
            running -> row.hasStarted(running.tail(), options.workers()) ? "" : "no word of it");
    try {
      return use.of(new Ordeal(row, options, server, ServerOutput.of(file), place.site()));
    } finally {
      if (!server.stop()) {
        say(row.name() + " did not end when asked to and was killed");
      }
    }
  }

  private Contender.Place at(Place place, String address) {
    return new Contender.Place(
        home,
        place.venv().bin(),
        place.site().folder(),
        address,
        options.workers(),
        List.of(),
        options.saolaArgs());
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
