package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// `lab startup`: what it costs to start an app of a grown project's size, in time and in memory.
///
/// Every round starts every row once, so that a slow minute of the machine does not fall on one of
/// them alone; a first round that does not count fills the page cache.
final class Startup {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int LOOK_EVERY_MILLIS = 2;
  private static final Pattern FLAG = Pattern.compile("--[a-z][a-z-]+");

  private final Path home;
  private final StartupOptions options;
  private final Processes processes;
  private final InstantSource clock;

  /// What all rows on one Python have in common.
  private record Site(PeerVenv venv, DjangoProject project, List<String> flags, Path folder) {}

  /// A round of one row.
  private record Turn(Contender contender, int workers, int round, boolean last) {}

  Startup(Path home, StartupOptions options, Processes processes, InstantSource clock) {
    this.home = home;
    this.options = options;
    this.processes = processes;
    this.clock = clock;
  }

  /// Measures and prints, one Python after another.
  ///
  /// @return the exit status: 1 if a server failed or nothing could be measured
  int run() throws IOException, InterruptedException, LabException {
    Tools.required("setsid", "util-linux");
    JsonFile.requireFolder(options.json());
    List<String> pythons =
        options.pythons().isEmpty() ? Interpreters.usual() : Interpreters.of(options.pythons());
    if (options.quick() && options.pythons().isEmpty()) {
      pythons = pythons.subList(0, 1);
    }
    DjangoProject project = DjangoProject.write(home, options.models(), options.ballastSeconds());
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    List<String> flags = flags();
    List<Object> reports = new ArrayList<>();
    boolean complete = true;
    for (String python : pythons) {
      PeerVenv venv = PeerVenv.prepare(home, python, "requirements-startup.txt", "startup-%s");
      project.prepare(venv.bin().resolve("python"));
      complete &= run(new Site(venv, project, flags, folder), reports);
    }
    if (options.json() != null) {
      Files.writeString(options.json(), Json.write(Map.of("reports", reports)));
    }
    return complete ? 0 : 1;
  }

  private boolean run(Site site, List<Object> reports)
      throws IOException, InterruptedException, LabException {
    List<Contender> contenders = present(site);
    if (contenders.isEmpty()) {
      throw new LabException("there is no server to measure");
    }
    Machine machine = Machine.look(home, site.venv().python(), null, clock);
    say(site.venv().python() + ", " + contenders.size() + " rows");
    Set<String> failed = new HashSet<>();
    List<StartupRun> runs = measure(site, contenders, failed);
    Map<String, String> versions = new LinkedHashMap<>();
    for (Contender one : contenders) {
      versions.put(
          one.server(),
          one.server().equals(Peer.SAOLA)
              ? "commit " + machine.commit()
              : site.venv().versions(one.packages()));
    }
    StartupReport report = new StartupReport(machine, options, contenders, versions, runs);
    System.out.println(report.page());
    reports.add(report.toMap());
    return failed.isEmpty() && !runs.isEmpty();
  }

  private List<Contender> present(Site site) {
    List<Contender> present = new ArrayList<>();
    for (Contender one : StartupRoster.select(options.only(), options.modes())) {
      List<String> missing = site.venv().missing(one.packages());
      List<String> unknown =
          one.flags().stream().filter(flag -> !site.flags().contains(flag)).toList();
      if (!missing.isEmpty()) {
        say(one.name() + " is left out: not installed: " + String.join(", ", missing));
      } else if (!unknown.isEmpty()) {
        say(one.name() + " is left out: this Saola has no " + String.join(", ", unknown));
      } else {
        present.add(one);
      }
    }
    return present;
  }

  /// The flags that this Saola has, by its help; nothing if it does not start.
  private List<String> flags() throws InterruptedException {
    Tools.Answer help = Tools.run(List.of(home.resolve("saola").toString(), "serve", "--help"));
    return FLAG.matcher(help.output()).results().map(found -> found.group()).distinct().toList();
  }

  private List<StartupRun> measure(Site site, List<Contender> contenders, Set<String> failed)
      throws IOException, InterruptedException {
    List<StartupRun> runs = new ArrayList<>();
    int unmeasured = 0;
    for (int workers : options.counts()) {
      int rounds = options.isForSlope(workers) ? 1 : options.starts();
      for (int round = unmeasured; round <= rounds; round++) {
        for (Contender contender : contenders) {
          if (!processes.isClosing() && !failed.contains(contender.name())) {
            Turn turn = new Turn(contender, workers, round, round == rounds);
            if (!attempt(site, turn, runs)) {
              failed.add(contender.name());
              runs.removeIf(run -> run.contender().equals(contender.name()));
            }
          }
        }
      }
      unmeasured = 1;
    }
    return runs;
  }

  private boolean attempt(Site site, Turn turn, List<StartupRun> runs) throws InterruptedException {
    try {
      StartupRun run = measure(site, turn);
      if (turn.round() > 0) {
        runs.add(run);
      }
      say(text(turn, run));
      return true;
    } catch (IOException | LabException e) {
      if (!processes.isClosing()) {
        say(turn.contender().name() + " failed and is left out: " + e.getMessage());
      }
      return false;
    }
  }

  private StartupRun measure(Site site, Turn turn)
      throws IOException, InterruptedException, LabException {
    Contender contender = turn.contender();
    int workers = turn.workers();
    site.project().open();
    Duration patience = PATIENCE.plusSeconds(3L * options.ballastSeconds() * workers);
    RunningServer.Starter starter =
        new RunningServer.Starter(
            contender.name(),
            processes,
            site.project().folder(),
            site.folder().resolve(contender.name() + ".out"),
            patience,
            LOOK_EVERY_MILLIS);
    Disturbance disturbance = Disturbance.begin(0);
    RunningServer server =
        starter.start(
            address -> contender.command().apply(place(site, address, workers)),
            running -> contender.hasStarted(running.tail(), workers) ? "" : "no word of it");
    try {
      Trial trial = new Trial(server, site.project(), workers);
      double first = trial.firstMillis();
      boolean forSlope = options.isForSlope(workers);
      StartupRun.Settled settled = turn.last() ? settle(trial, contender, forSlope) : null;
      return new StartupRun(
          contender.name(),
          workers,
          server.startup().toNanos() / 1e9,
          first,
          settled,
          disturbance.cores(server.tree().cpuMicros()));
    } catch (IOException e) {
      throw new LabException(e.getMessage() + server.lastLines());
    } finally {
      if (!server.stop()) {
        say(contender.name() + " did not end when asked to and was killed");
      }
    }
  }

  private static StartupRun.Settled settle(Trial trial, Contender contender, boolean forSlope)
      throws IOException, InterruptedException, LabException {
    if (contender.mode() == LoadMode.REFORK) {
      trial.renew();
    }
    ProcessTree.Memory memory = trial.memory();
    if (forSlope) {
      return new StartupRun.Settled(memory, Double.NaN, List.of());
    }
    double steady = trial.steadyMillis();
    return new StartupRun.Settled(
        memory, steady, trial.recycles(BootClock.read(), Trial.BETWEEN_DEATHS));
  }

  private Contender.Place place(Site site, String address, int workers) {
    return new Contender.Place(
        home,
        site.venv().bin(),
        site.project().folder(),
        address,
        workers,
        site.flags(),
        options.saolaArgs());
  }

  private String text(Turn turn, StartupRun run) {
    String round =
        turn.round() == 0
            ? "not counted"
            : options.isForSlope(turn.workers())
                ? "for the slope"
                : "start " + turn.round() + "/" + options.starts();
    return String.format(
        Locale.ROOT,
        "%-13s  %-18s %3d workers  %6.2f s  first %7.1f ms%s%s",
        round,
        turn.contender().name(),
        turn.workers(),
        run.startupSeconds(),
        run.firstMillis(),
        run.settled() == null
            ? ""
            : String.format(Locale.ROOT, "  %.0f MiB", run.settled().pythonMebibytes()),
        run.otherCores() < Disturbance.NOTABLE_CORES
            ? ""
            : String.format(Locale.ROOT, "  (others %.1f cores)", run.otherCores()));
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
