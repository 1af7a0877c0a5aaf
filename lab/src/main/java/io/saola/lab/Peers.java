package io.saola.lab;

import io.saola.lab.load.Talk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// `lab peers`: Saola beside its peers, each started as a whole and looked at from outside.
///
/// Every round starts every server once, each round in another order, so that a slow minute of the
/// machine does not fall on one server alone.
final class Peers {
  private final Path home;
  private final PeersOptions options;
  private final Processes processes;
  private final InstantSource clock;
  private final List<Measurement> measurements = new ArrayList<>();

  /// A server that failed under a workload is left out of the rest of that workload.
  private final Set<Pair> failed = new HashSet<>();

  private record Pair(Workload workload, String server) {}

  /// One load that is to be measured: the row of a table.
  private record Row(int round, Workload workload, int connections, Peer peer) {}

  Peers(Path home, PeersOptions options, Processes processes, InstantSource clock) {
    this.home = home;
    this.options = options;
    this.processes = processes;
    this.clock = clock;
  }

  /// Measures and prints.
  ///
  /// @return the exit status: 1 if a server failed or nothing could be measured
  int run() throws IOException, InterruptedException, LabException {
    Path wrkProgram = Tools.required("wrk", "wrk");
    Tools.required("setsid", "util-linux");
    PeerVenv venv = PeerVenv.prepare(home, options.python(), "requirements-peers.txt", "venv");
    List<Peer> peers = present(venv);
    if (peers.isEmpty()) {
      throw new LabException("there is no server to measure");
    }
    JsonFile.requireFolder(options.json());
    Machine machine = Machine.look(home, venv.python(), wrkProgram, clock);
    Files.createDirectories(home.resolve(".saola/lab"));
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    announce(peers);
    Wrk.Setup wrk = new Wrk.Setup(wrkProgram, processes, folder, home.resolve("lab/apps"));
    measure(peers, venv.bin(), wrk);
    Map<String, String> versions = new LinkedHashMap<>();
    for (Peer peer : peers) {
      versions.put(
          peer.name(),
          peer.name().equals(Peer.SAOLA)
              ? "commit " + machine.commit()
              : venv.versions(peer.packages()));
    }
    PeersReport report = new PeersReport(machine, options, peers, versions, measurements);
    System.out.print(report.page());
    if (options.json() != null) {
      Files.writeString(options.json(), Json.write(report.toMap()));
    }
    return failed.isEmpty() && !measurements.isEmpty() ? 0 : 1;
  }

  private List<Peer> present(PeerVenv venv) {
    List<Peer> present = new ArrayList<>();
    for (Peer peer : Roster.select(options.appInterface(), options.only(), options.all())) {
      List<String> missing = venv.missing(peer.packages());
      if (peer.name().equals(Peer.SAOLA) && !Files.isExecutable(home.resolve("saola"))) {
        say(peer.name() + " is left out: there is no launcher at " + home.resolve("saola"));
      } else if (!missing.isEmpty()) {
        say(peer.name() + " is left out: not installed: " + String.join(", ", missing));
      } else {
        present.add(peer);
      }
    }
    return present;
  }

  private void announce(List<Peer> peers) {
    long seconds = 0;
    for (Workload workload : options.workloads()) {
      int loads = workload.connections(options.connections()).size();
      seconds += 2 + loads * options.warmup().plus(options.duration()).toSeconds();
    }
    say(
        String.format(
            Locale.ROOT,
            "servers: %d, workloads: %d, rounds: %d, minutes: about %.0f",
            peers.size(),
            options.workloads().size(),
            options.rounds(),
            Math.ceil(seconds * peers.size() * options.rounds() / 60.0)));
  }

  private void measure(List<Peer> peers, Path bin, Wrk.Setup wrk)
      throws IOException, InterruptedException {
    for (int round = 1; round <= options.rounds(); round++) {
      List<Peer> order = new ArrayList<>(peers);
      Collections.rotate(order, -(round - 1) * Math.max(1, peers.size() / options.rounds()));
      // The servers one after another under the same load, so that what is compared is near in
      // time.
      for (Workload workload : options.workloads()) {
        for (Peer peer : order) {
          if (!processes.isClosing() && !failed.contains(new Pair(workload, peer.name()))) {
            attempt(round, workload, peer, bin, wrk);
          }
        }
      }
    }
  }

  private void attempt(int round, Workload workload, Peer peer, Path bin, Wrk.Setup wrk)
      throws IOException, InterruptedException {
    try {
      measure(round, workload, peer, bin, wrk);
    } catch (LabException e) {
      if (!processes.isClosing()) {
        failed.add(new Pair(workload, peer.name()));
        measurements.removeIf(
            one -> one.workload() == workload && one.server().equals(peer.name()));
        say(peer.name() + " failed at " + workload.label() + " and is left out: " + e.getMessage());
      }
    }
  }

  private void measure(int round, Workload workload, Peer peer, Path bin, Wrk.Setup wrk)
      throws IOException, InterruptedException, LabException {
    Path accessLog = options.accessLog() ? wrk.folder().resolve("access.log") : null;
    Probe probe = Probe.of(workload.traffic(), options.path());
    String target = workload.target(options.appInterface());
    List<String> saolaArgs = new ArrayList<>(workload.saolaArgs(options.appInterface()));
    saolaArgs.addAll(options.saolaArgs());
    RunningServer server =
        RunningServer.start(
            peer,
            address ->
                peer.command(new Peer.Start(home, bin, address, target, accessLog, saolaArgs)),
            processes,
            home.resolve("lab/apps"),
            wrk.folder().resolve(peer.name() + ".out"),
            probe);
    try {
      for (int connections : workload.connections(options.connections())) {
        measure(new Row(round, workload, connections, peer), server, wrk);
        server.requireAnswer(probe);
      }
    } finally {
      if (!server.stop()) {
        say(peer.name() + " did not end when asked to and was killed");
      }
      if (accessLog != null) {
        Files.deleteIfExists(accessLog);
      }
    }
  }

  private void measure(Row row, RunningServer server, Wrk.Setup wrk)
      throws IOException, InterruptedException, LabException {
    try (Load load = open(row, server, wrk)) {
      Measurement one = measure(row, server, load);
      measurements.add(one);
      say(
          String.format(
              Locale.ROOT,
              "round %d/%d  %-12s  %-16s %4d connections  %7.0f %s  %6.1f us CPU%s",
              row.round(),
              options.rounds(),
              row.workload().label(),
              row.peer().name(),
              row.connections(),
              one.load().perSecond(),
              row.workload().unit().rateTitle(),
              one.cpuMicros(),
              one.otherCores() < Disturbance.NOTABLE_CORES
                  ? ""
                  : String.format(Locale.ROOT, "  (others %.1f cores)", one.otherCores())));
    }
  }

  private Load open(Row row, RunningServer server, Wrk.Setup wrk) throws LabException {
    String url = server.url(options.path());
    return switch (row.workload().traffic()) {
      case Traffic.Get get -> Wrk.get(wrk, url, row.connections(), get);
      case Traffic.Post post -> Wrk.post(wrk, url, row.connections(), post);
      case Traffic.Sockets(Talk talk) -> ClientLoad.open(server.address(), talk, row.connections());
    };
  }

  private Measurement measure(Row row, RunningServer server, Load load)
      throws IOException, InterruptedException, LabException {
    ProcessTree tree = server.tree();
    if (options.warmup().isPositive()) {
      load.run(options.warmup());
      server.requireAlive();
    }
    load.settle();
    long before = tree.cpuMicros();
    Disturbance disturbance = Disturbance.begin(before);
    Outcome outcome = load.run(options.duration());
    long after = tree.cpuMicros();
    double otherCores = disturbance.cores(after);
    server.requireAlive();
    if (outcome.count() == 0) {
      throw new LabException(row.peer().name() + " answered nothing" + server.lastLines());
    }
    long pss = tree.pssBytes();
    int size = tree.size();
    load.finish();
    double cpu = (double) (after - before) / outcome.count();
    return new Measurement(
        row.round(),
        row.peer().name(),
        row.workload(),
        row.connections(),
        outcome,
        cpu,
        pss,
        size,
        otherCores);
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
