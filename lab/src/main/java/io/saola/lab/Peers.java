package io.saola.lab;

import io.saola.lab.load.Talk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
  private final Set<Attempt> failed = new HashSet<>();

  /// One server under one workload: one start in each round.
  private record Attempt(Workload workload, int workers, Peer peer) {
    String name() {
      return workload.label() + (workers == 1 ? "" : " with " + workers + " workers");
    }
  }

  /// Where and with what all of them run.
  private record Site(PeerVenv venv, Wrk.Setup wrk, ExpectedPages pages, List<Peer> peers) {}

  /// One load that is to be measured: the row of a table.
  private record Row(int round, Situation situation, Peer peer, String page, Probe probe) {}

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
    PeersFiles files = PeersFiles.check(options.output(), options.earlier());
    PeerVenv venv =
        PeerVenv.prepare(
            home, Interpreters.one(options.python()), "requirements-peers.txt", "peers-%s");
    List<Peer> peers = present(venv);
    List<Workload> workloads = workloads(venv);
    if (peers.isEmpty() || workloads.isEmpty()) {
      throw new LabException("there is nothing to measure");
    }
    Machine machine = Machine.look(home, venv.python(), wrkProgram, clock);
    Files.createDirectories(home.resolve(".saola/lab"));
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    Path apps = home.resolve("lab/apps");
    ExpectedPages pages = new ExpectedPages(apps, venv.bin().resolve("python"), folder);
    for (Workload workload : workloads) {
      pages.prepare(workload);
    }
    List<Attempt> attempts = attempts(workloads, peers);
    announce(attempts);
    Site site = new Site(venv, new Wrk.Setup(wrkProgram, processes, folder, apps), pages, peers);
    measure(attempts, site);
    PeersResult result =
        new PeersResult(machine, method(workloads), servers(site, machine), measurements);
    System.out.print(new PeersReport(result, situations(attempts)).page());
    files.write(result);
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
      } else if (peer.is(Peer.Trait.NGINX) && Nginx.find().isEmpty()) {
        say(peer.name() + " is left out: not installed: nginx (apt-get install nginx-light)");
      } else {
        present.add(peer);
      }
    }
    return present;
  }

  private List<Workload> workloads(PeerVenv venv) {
    List<Workload> present = new ArrayList<>();
    for (Workload workload : options.workloads()) {
      List<String> missing = venv.missing(workload.packages());
      if (missing.isEmpty()) {
        present.add(workload);
      } else {
        say(workload.label() + " is left out: not installed: " + String.join(", ", missing));
      }
    }
    return present;
  }

  private List<Attempt> attempts(List<Workload> workloads, List<Peer> peers) {
    List<Attempt> attempts = new ArrayList<>();
    for (Workload workload : workloads) {
      for (int workers : workload.workers(options.workers())) {
        for (Peer peer : peers) {
          if (peer.can(new Situation(options.appInterface(), workload, workers, 0))) {
            attempts.add(new Attempt(workload, workers, peer));
          }
        }
      }
    }
    return attempts;
  }

  private List<Situation> situations(Attempt attempt) {
    return attempt.workload().connections(options.connections()).stream()
        .map(connections ->
            new Situation(
                options.appInterface(), attempt.workload(), attempt.workers(), connections))
        .toList();
  }

  private Set<Situation> situations(List<Attempt> attempts) {
    Set<Situation> all = new LinkedHashSet<>();
    attempts.forEach(attempt -> all.addAll(situations(attempt)));
    return all;
  }

  private void announce(List<Attempt> attempts) {
    long each = options.warmup().plus(options.duration()).toSeconds();
    long seconds = 0;
    for (Attempt attempt : attempts) {
      seconds += 3 + situations(attempt).size() * each;
    }
    say(
        String.format(
            Locale.ROOT,
            "starts of a server: %d, rounds: %d, minutes: about %.0f",
            attempts.size() * options.rounds(),
            options.rounds(),
            Math.ceil(seconds * options.rounds() / 60.0)));
  }

  private void measure(List<Attempt> attempts, Site site) throws IOException, InterruptedException {
    for (int round = 1; round <= options.rounds(); round++) {
      for (Attempt attempt : inOrderOf(round, attempts, site.peers())) {
        if (!processes.isClosing() && !failed.contains(attempt)) {
          attempt(round, attempt, site);
        }
      }
    }
  }

  /// The servers one after another under the same load, so that what is compared is near in time;
  /// and in each round another one first.
  private List<Attempt> inOrderOf(int round, List<Attempt> attempts, List<Peer> peers) {
    List<Peer> order = new ArrayList<>(peers);
    Collections.rotate(order, -(round - 1) * Math.max(1, peers.size() / options.rounds()));
    List<Attempt> sorted = new ArrayList<>();
    for (int begin = 0; begin < attempts.size(); ) {
      Attempt first = attempts.get(begin);
      List<Attempt> same =
          attempts.stream()
              .filter(one -> one.workload() == first.workload() && one.workers() == first.workers())
              .toList();
      order.forEach(
          peer -> same.stream().filter(one -> one.peer().equals(peer)).forEach(sorted::add));
      begin += same.size();
    }
    return sorted;
  }

  private void attempt(int round, Attempt attempt, Site site)
      throws IOException, InterruptedException {
    try {
      measure(round, attempt, site);
    } catch (LabException e) {
      if (!processes.isClosing()) {
        failed.add(attempt);
        List<Situation> lost = situations(attempt);
        measurements.removeIf(
            one -> one.server().equals(attempt.peer().name()) && lost.contains(one.situation()));
        say(
            attempt.peer().name()
                + " failed at "
                + attempt.name()
                + " and is left out: "
                + e.getMessage());
      }
    }
  }

  private void measure(int round, Attempt attempt, Site site)
      throws IOException, InterruptedException, LabException {
    Workload workload = attempt.workload();
    Peer peer = attempt.peer();
    Path folder = site.wrk().folder();
    Path accessLog = options.accessLog() ? folder.resolve("access.log") : null;
    AppInterface runs = peer.runs(options.appInterface());
    String target = workload.target(runs);
    String page =
        workload.traffic() instanceof Traffic.Page(String path)
            ? site.pages().body(target, path)
            : "";
    Probe probe = Probe.of(workload.traffic(), options.path(), page);
    List<String> saolaArgs = new ArrayList<>(workload.saolaArgs(runs));
    saolaArgs.addAll(options.saolaArgs());
    RunningServer server =
        RunningServer.start(
            peer,
            address ->
                peer.command(
                    new Peer.Start(
                        home,
                        site.venv().bin(),
                        address,
                        target,
                        attempt.workers(),
                        workload.threads(runs),
                        folder,
                        accessLog,
                        saolaArgs)),
            processes,
            home.resolve("lab/apps"),
            folder.resolve(peer.name() + ".out"),
            probe);
    try {
      for (Situation situation : situations(attempt)) {
        measure(new Row(round, situation, peer, page, probe), server, site.wrk());
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
      Situation situation = row.situation();
      say(
          String.format(
              Locale.ROOT,
              "round %d/%d  %-12s  %-16s %d x %4d connections  %7.0f %s  %6.1f us CPU%s%s",
              row.round(),
              options.rounds(),
              situation.workload().label(),
              row.peer().name(),
              situation.workers(),
              situation.connections(),
              one.load().perSecond(),
              situation.workload().unit().rateTitle(),
              one.cpu().total(),
              one.loadCores() < Caveats.BUSY_LOAD
                  ? ""
                  : String.format(Locale.ROOT, "  (the load %.2f cores)", one.loadCores()),
              one.otherCores() < Disturbance.NOTABLE_CORES
                  ? ""
                  : String.format(Locale.ROOT, "  (others %.1f cores)", one.otherCores())));
    }
  }

  private Load open(Row row, RunningServer server, Wrk.Setup wrk) throws LabException {
    String url = server.url(options.path());
    Situation situation = row.situation();
    int connections = situation.connections();
    return switch (situation.workload().traffic()) {
      case Traffic.Get(String body) -> Wrk.get(wrk, url, connections, body);
      case Traffic.Post post -> Wrk.post(wrk, url, connections, post);
      case Traffic.Page(String path) -> Wrk.get(wrk, server.url(path), connections, row.page());
      case Traffic.Mixed(String body, String slowPath) ->
          new MixedLoad(
              Wrk.get(wrk, url, connections, body),
              Wrk.beside(wrk, server.url(slowPath), situation.workers() - 1, body));
      case Traffic.Sockets(Talk talk) -> ClientLoad.open(server.address(), talk, connections);
    };
  }

  private Measurement measure(Row row, RunningServer server, Load load)
      throws IOException, InterruptedException, LabException {
    ProcessTree tree = server.tree();
    if (options.warmup().isPositive()) {
      // Twice half of it: that clients come and go is a part of what a server has to be warm for.
      Duration half = Duration.ofSeconds((options.warmup().toSeconds() + 1) / 2);
      load.run(half);
      if (options.warmup().compareTo(half) > 0) {
        load.run(options.warmup().minus(half));
      }
      // Behind what the load has left: its requests are not to be paid for by those that count.
      server.requireAnswer(row.probe());
    }
    load.settle();
    CpuTime before = tree.cpu();
    Disturbance disturbance = Disturbance.begin((long) before.total());
    Outcome outcome = load.run(options.duration());
    CpuTime after = tree.cpu();
    double otherCores = disturbance.cores((long) after.total());
    double loadCores = disturbance.loadCores();
    server.requireAlive();
    if (outcome.count() == 0) {
      throw new LabException(row.peer().name() + " answered nothing" + server.lastLines());
    }
    long pss = tree.pssBytes();
    int size = tree.size();
    load.finish();
    return new Measurement(
        row.round(),
        row.peer().name(),
        row.situation(),
        outcome,
        after.since(before, outcome.count()),
        pss,
        size,
        loadCores,
        otherCores);
  }

  private PeersResult.Method method(List<Workload> workloads) {
    String wrk = "wrk -t1 -cN -d" + Durations.text(options.duration()) + " --latency";
    boolean clients = workloads.stream().anyMatch(one -> one.traffic() instanceof Traffic.Sockets);
    return new PeersResult.Method(
        options.appInterface(),
        clients ? wrk + ", and clients of the lab for as long" : wrk,
        Durations.text(options.warmup()),
        options.rounds(),
        options.path(),
        options.accessLog(),
        options.saolaArgs(),
        options.command());
  }

  private static List<PeersResult.Server> servers(Site site, Machine machine)
      throws InterruptedException {
    List<PeersResult.Server> servers = new ArrayList<>();
    for (Peer peer : site.peers()) {
      String versions =
          peer.name().equals(Peer.SAOLA)
              ? "commit " + machine.commit()
              : site.venv().versions(peer.packages());
      String nginx = peer.is(Peer.Trait.NGINX) ? nginxVersion() + ", " : "";
      servers.add(new PeersResult.Server(peer.name(), peer.label(), nginx + versions, peer.note()));
    }
    return servers;
  }

  private static String nginxVersion() throws InterruptedException {
    Optional<Path> nginx = Nginx.find();
    return nginx.isEmpty() ? "no nginx" : Nginx.version(nginx.get());
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
