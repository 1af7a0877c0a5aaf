package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

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

  /// A server that failed is left out of the rest of the run.
  private final List<String> failed = new ArrayList<>();

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
    Path wrkProgram = required("wrk", "wrk");
    required("setsid", "util-linux");
    PeerVenv venv = PeerVenv.prepare(home, options.python());
    List<Peer> peers = present(venv);
    if (peers.isEmpty()) {
      throw new LabException("there is no server to measure");
    }
    if (options.json() != null && !Files.isDirectory(folderOf(options.json()))) {
      throw new LabException("--json " + options.json() + ": there is no such folder");
    }
    Machine machine = Machine.look(home, venv.python(), wrkProgram, clock);
    Files.createDirectories(home.resolve(".saola/lab"));
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    announce(peers);
    measure(peers, venv.bin(), new Wrk(wrkProgram, processes, folder), folder);
    Map<String, String> versions = new LinkedHashMap<>();
    for (Peer peer : peers) {
      versions.put(
          peer.name(),
          peer.name().equals(Peer.SAOLA) ? "commit " + machine.commit() : venv.versions(peer));
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
    for (Peer peer : Roster.select(options.only(), options.all())) {
      List<String> missing = venv.missing(peer);
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
    long loads = (long) peers.size() * options.rounds();
    long seconds =
        loads
            * (2
                + options.connections().size()
                    * options.warmup().plus(options.duration()).toSeconds());
    say(
        String.format(
            Locale.ROOT,
            "servers: %d, rounds: %d, minutes: about %.0f",
            peers.size(),
            options.rounds(),
            Math.ceil(seconds / 60.0)));
  }

  private void measure(List<Peer> peers, Path bin, Wrk wrk, Path folder)
      throws IOException, InterruptedException {
    for (int round = 1; round <= options.rounds(); round++) {
      List<Peer> order = new ArrayList<>(peers);
      Collections.rotate(order, -(round - 1) * Math.max(1, peers.size() / options.rounds()));
      for (Peer peer : order) {
        if (failed.contains(peer.name())) {
          continue;
        }
        try {
          measure(round, peer, bin, wrk, folder);
        } catch (LabException e) {
          if (processes.isClosing()) {
            return;
          }
          failed.add(peer.name());
          measurements.removeIf(one -> one.server().equals(peer.name()));
          say(peer.name() + " failed and is left out: " + e.getMessage());
        }
      }
    }
  }

  private void measure(int round, Peer peer, Path bin, Wrk wrk, Path folder)
      throws IOException, InterruptedException, LabException {
    Path accessLog = options.accessLog() ? folder.resolve("access.log") : null;
    RunningServer server =
        RunningServer.start(
            peer,
            address ->
                peer.command(new Peer.Start(home, bin, address, accessLog, options.saolaArgs())),
            processes,
            home.resolve("lab/apps"),
            folder.resolve(peer.name() + ".out"),
            options.path());
    try {
      for (int connections : options.connections()) {
        Measurement one = measure(round, peer, server, connections, wrk);
        measurements.add(one);
        say(
            String.format(
                Locale.ROOT,
                "round %d/%d  %-16s %4d connections  %7.0f req/s  %6.1f us CPU%s",
                round,
                options.rounds(),
                peer.name(),
                connections,
                one.load().requestsPerSecond(),
                one.cpuMicros(),
                one.otherCores() < Disturbance.NOTABLE_CORES
                    ? ""
                    : String.format(Locale.ROOT, "  (others %.1f cores)", one.otherCores())));
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

  private Measurement measure(int round, Peer peer, RunningServer server, int connections, Wrk wrk)
      throws IOException, InterruptedException, LabException {
    String url = server.url(options.path());
    ProcessTree tree = server.tree();
    if (options.warmup().isPositive()) {
      wrk.load(url, connections, options.warmup());
      server.requireAlive();
    }
    long before = tree.cpuMicros();
    Disturbance disturbance = Disturbance.begin(before);
    WrkReport load = wrk.load(url, connections, options.duration());
    long after = tree.cpuMicros();
    double otherCores = disturbance.cores(after);
    server.requireAlive();
    if (load.requests() == 0) {
      throw new LabException(peer.name() + " answered no request" + server.lastLines());
    }
    double cpu = (double) (after - before) / load.requests();
    return new Measurement(
        round, peer.name(), connections, load, cpu, tree.pssBytes(), tree.size(), otherCores);
  }

  private static Path folderOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
  }

  private static Path required(String program, String debianPackage) throws LabException {
    return Tools.find(program)
        .orElseThrow(
            () -> new LabException(program + " is missing: apt-get install " + debianPackage));
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
