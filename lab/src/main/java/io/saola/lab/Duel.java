package io.saola.lab;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `lab static`, `lab compress`, `lab access-log`: the same questions to a few sides, in rounds, so
/// that a slow minute of the machine does not fall on one of them alone.
final class Duel {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LOOK_EVERY_MILLIS = 50;

  private final Path home;
  private final DuelOptions options;
  private final Processes processes;
  private final InstantSource clock;
  private final List<DuelRound> rounds = new ArrayList<>();

  Duel(Path home, DuelOptions options, Processes processes, InstantSource clock) {
    this.home = home;
    this.options = options;
    this.processes = processes;
    this.clock = clock;
  }

  /// Measures and prints.
  ///
  /// @return the exit status: 1 if a side could not be measured
  int run() throws IOException, InterruptedException, LabException {
    Path program = Tools.required("wrk", "wrk");
    Tools.required("setsid", "util-linux");
    JsonFile.requireFolder(options.json());
    Path nginx = Nginx.find().orElse(null);
    String python = Interpreters.one(options.python());
    Files.createDirectories(home.resolve(".saola/lab"));
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    Wrk.Setup wrk = new Wrk.Setup(program, processes, folder, home.resolve("lab/apps"));
    DuelSubject.Place place =
        new DuelSubject.Place(home, Path.of(python), folder, nginx, options.saolaArgs());
    options.subject().prepare(folder);
    Machine machine =
        Machine.look(home, Tools.run(List.of(python, "--version")).firstLine(), program, clock);
    Map<String, String> versions = new LinkedHashMap<>();
    for (DuelSubject.Side side : options.subject().sides()) {
      if (side.nginx() && nginx == null) {
        say(side.name() + " is left out: nginx is missing: apt-get install nginx");
      } else {
        versions.put(
            side.name(),
            side.nginx() && nginx != null ? Nginx.version(nginx) : "commit " + machine.commit());
      }
    }
    boolean complete = measure(versions, place, wrk);
    if (rounds.isEmpty()) {
      throw new LabException("there is nothing to tell");
    }
    DuelReport report = new DuelReport(machine, options, versions, new DuelResult(rounds));
    System.out.println(report.page());
    if (options.json() != null) {
      Files.writeString(options.json(), Json.write(report.toMap()));
    }
    return complete ? 0 : 1;
  }

  private boolean measure(Map<String, String> versions, DuelSubject.Place place, Wrk.Setup wrk)
      throws IOException, InterruptedException {
    boolean complete = true;
    List<DuelSubject.Side> sides =
        new ArrayList<>(
            options.subject().sides().stream()
                .filter(side -> versions.containsKey(side.name()))
                .toList());
    for (int round = 1; round <= options.rounds(); round++) {
      for (DuelSubject.Side side : sides) {
        if (!processes.isClosing()) {
          complete &= attempt(round, side, place, wrk);
        }
      }
      Collections.rotate(sides, 1);
    }
    return complete;
  }

  private boolean attempt(int round, DuelSubject.Side side, DuelSubject.Place place, Wrk.Setup wrk)
      throws IOException, InterruptedException {
    try {
      RunningServer server = start(side, place);
      try {
        // Whoever is first meets a server that is not warm yet: not always the same one.
        List<DuelSubject.Question> questions = new ArrayList<>(options.only());
        Collections.rotate(questions, 1 - round);
        for (DuelSubject.Question question : questions) {
          rounds.add(measure(round, side, question, server, wrk));
        }
      } finally {
        if (!server.stop()) {
          say(side.name() + " did not end when asked to and was killed");
        }
      }
      return true;
    } catch (LabException e) {
      if (!processes.isClosing()) {
        say(side.name() + " failed: " + e.getMessage());
      }
      return false;
    }
  }

  private RunningServer start(DuelSubject.Side side, DuelSubject.Place place)
      throws IOException, InterruptedException, LabException {
    DuelSubject.Question first = options.only().getFirst();
    return new RunningServer.Starter(
            side.name(),
            processes,
            home.resolve("lab/apps"),
            place.folder().resolve(side.name() + ".out"),
            PATIENCE,
            LOOK_EVERY_MILLIS)
        .start(
            address -> side.command().at(place, address),
            server ->
                ask(server, new DuelSubject.Question("", first.path(), "")) < 0 ? "no answer" : "");
  }

  private DuelRound measure(
      int round,
      DuelSubject.Side side,
      DuelSubject.Question question,
      RunningServer server,
      Wrk.Setup wrk)
      throws IOException, InterruptedException, LabException {
    int bytes = await(side, question, server);
    try (Wrk load =
        Wrk.get(
            wrk, server.url(question.path()), options.connections(), bytes, question.fields())) {
      load.run(options.warmup());
      server.requireAlive();
      long before = server.tree().cpuMicros();
      Disturbance disturbance = Disturbance.begin(before);
      Outcome outcome = load.run(options.duration());
      long after = server.tree().cpuMicros();
      double loadCores = disturbance.loadCores();
      double otherCores = disturbance.cores(after);
      server.requireAlive();
      if (outcome.count() == 0) {
        throw new LabException(side.name() + " answered nothing" + server.lastLines());
      }
      double cpu = (double) (after - before) / outcome.count();
      say(
          String.format(
              Locale.ROOT,
              "round %d/%d  %-12s  %-9s %8.0f req/s  %7.1f us CPU%s",
              round,
              options.rounds(),
              side.name(),
              question.label(),
              outcome.perSecond(),
              cpu,
              otherCores < Disturbance.NOTABLE_CORES
                  ? ""
                  : String.format(Locale.ROOT, "  (others %.1f cores)", otherCores)));
      return new DuelRound(
          round, side.name(), question, bytes, outcome, cpu, loadCores, otherCores);
    }
  }

  /// Waits for an answer in the coding that is asked for: the first of its kind may take another
  /// one, until the server has loaded what it needs.
  ///
  /// @return the length of its body
  private static int await(
      DuelSubject.Side side, DuelSubject.Question question, RunningServer server)
      throws IOException, InterruptedException, LabException {
    long begin = System.nanoTime();
    int bytes = ask(server, question);
    while (bytes < 0) {
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw new LabException(side.name() + " gives no " + question.label() + server.lastLines());
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
      bytes = ask(server, question);
    }
    return bytes;
  }

  /// @return the length of the body as it was sent; negative if it is not what was asked for
  private static int ask(RunningServer server, DuelSubject.Question question) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(server.url(question.path())).toURL().openConnection();
    connection.setConnectTimeout((int) PATIENCE.toMillis());
    connection.setReadTimeout((int) PATIENCE.toMillis());
    connection.setRequestProperty("Connection", "close");
    connection.setRequestProperty(
        "Accept-Encoding", question.coding().isEmpty() ? "identity" : question.coding());
    try {
      if (connection.getResponseCode() != 200) {
        return -1;
      }
      int length = connection.getInputStream().readAllBytes().length;
      String coding =
          connection.getContentEncoding() == null ? "" : connection.getContentEncoding();
      return coding.equals(question.coding()) ? length : -1;
    } finally {
      connection.disconnect();
    }
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
