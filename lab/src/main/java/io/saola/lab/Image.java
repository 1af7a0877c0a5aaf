package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `lab image`: what starting from the image changes.
final class Image {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int LOOK_EVERY_MILLIS = 1;
  private static final int CONNECTIONS = 64;
  private static final long SAMPLE_MILLIS = 100;
  private static final String BODY = "Hello world\n";

  private final Path home;
  private final ImageOptions options;
  private final Processes processes;
  private final InstantSource clock;

  Image(Path home, ImageOptions options, Processes processes, InstantSource clock) {
    this.home = home;
    this.options = options;
    this.processes = processes;
    this.clock = clock;
  }

  /// Measures and prints.
  int run() throws IOException, InterruptedException, LabException {
    Tools.required("setsid", "util-linux");
    Path program = Tools.required("wrk", "wrk");
    JsonFile.requireFolder(options.json());
    requireImage();
    String python =
        options.python().isEmpty()
            ? Interpreters.usual().getFirst()
            : Interpreters.one(options.python());
    Files.createDirectories(home.resolve(".saola/lab"));
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    Machine machine = Machine.look(home, python, program, clock);
    Wrk.Setup wrk = new Wrk.Setup(program, processes, folder, home.resolve("lab/apps"));
    List<ImageRun> runs = new ArrayList<>();
    List<Double> alone = new ArrayList<>();
    for (int round = 0; round <= options.starts(); round++) {
      double imported = importMillis(python);
      if (round > 0) {
        alone.add(imported);
      }
      for (String row : options.only()) {
        // The first round fills the page cache.
        ImageRun run = measure(row, python, wrk, round > 0);
        if (round > 0) {
          runs.add(run);
          say(text(round, run));
        }
      }
    }
    ImageReport report = new ImageReport(machine, options, alone, runs);
    System.out.print(report.page());
    if (options.json() != null) {
      Files.writeString(options.json(), Json.write(report.toMap()));
    }
    return 0;
  }

  /// The launcher makes one before it starts the lab, unless it cannot.
  private void requireImage() throws LabException {
    if (options.only().contains(ImageOptions.IMAGE)
        && (!Files.exists(home.resolve(".saola/image/current"))
            || "off".equals(System.getenv("SAOLA_JAVA_IMAGE")))) {
      throw new LabException("there is no image: './saola image' makes one or says why not");
    }
  }

  /// What Python needs by itself, from exec to exit.
  private double importMillis(String python) throws InterruptedException, LabException {
    String apps = home.resolve("lab/apps").toString();
    String script = "import sys; sys.path.insert(0, sys.argv[1]); import hello";
    long begin = System.nanoTime();
    Tools.Answer answer = Tools.run(List.of(python, "-c", script, apps));
    if (answer.exit() != 0) {
      throw new LabException(python + ": " + answer.lastLine());
    }
    return (System.nanoTime() - begin) / 1e6;
  }

  private ImageRun measure(String row, String python, Wrk.Setup wrk, boolean counts)
      throws IOException, InterruptedException, LabException {
    Probe probe = new Probe("/", "", BODY);
    RunningServer.Starter starter =
        new RunningServer.Starter(
            "saola",
            processes,
            home.resolve("lab/apps"),
            wrk.folder().resolve(row + ".out"),
            PATIENCE,
            LOOK_EVERY_MILLIS);
    Disturbance disturbance = Disturbance.begin(0);
    RunningServer server =
        starter.start(address -> command(row, address, python), running -> running.lacks(probe));
    try {
      double cpu = server.tree().cpuMicros() / 1e3;
      JavaProcess java = new JavaProcess(server.process().pid());
      if (!counts) {
        return new ImageRun(row, 0, cpu, java.size(), java.size(), List.of(), 0, 0);
      }
      Thread.sleep(Duration.ofSeconds(options.idle()));
      JavaProcess.Size idle = java.size();
      List<ImageRun.Second> seconds = new ArrayList<>();
      JavaProcess.Size most = load(Wrk.get(wrk, server.url("/"), CONNECTIONS, BODY), java, seconds);
      double first = server.startup().toNanos() / 1e6;
      double others = disturbance.cores(server.tree().cpuMicros());
      return new ImageRun(row, first, cpu, idle, most, seconds, java.compilers(), others);
    } finally {
      if (!server.stop()) {
        say("the server did not end when asked to and was killed");
      }
    }
  }

  /// @return the largest size that was seen
  private JavaProcess.Size load(Wrk wrk, JavaProcess java, List<ImageRun.Second> seconds)
      throws IOException, InterruptedException, LabException {
    JavaProcess.Size most = java.size();
    for (int i = 0; i < options.seconds(); i++) {
      try (Wrk.Running running = wrk.begin(Duration.ofSeconds(1))) {
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (System.nanoTime() < end) {
          JavaProcess.Size now = java.size();
          most = now.resident() > most.resident() ? now : most;
          Thread.sleep(SAMPLE_MILLIS);
        }
        Outcome outcome = running.outcome();
        seconds.add(new ImageRun.Second(outcome.perSecond(), outcome.latency().p99() / 1e3));
      }
    }
    return most;
  }

  private List<String> command(String row, String address, String python) {
    String image = row.equals(ImageOptions.IMAGE) ? "on" : "off";
    List<String> command = new ArrayList<>(List.of("env", "SAOLA_JAVA_IMAGE=" + image));
    command.add(home.resolve("saola").toString());
    command.addAll(List.of("serve", "--bind", address, "--workers", "1", "--python", python));
    command.addAll(options.saolaArgs());
    command.add("hello:app");
    return command;
  }

  private String text(int round, ImageRun run) {
    return String.format(
        Locale.ROOT,
        "%d/%d  %-8s first %5.0f ms  idle %.0f MiB%s%s",
        round,
        options.starts(),
        run.row(),
        run.first(),
        run.idle().mebibytes(),
        run.seconds().isEmpty()
            ? ""
            : String.format(
                Locale.ROOT,
                "  load %.0f MiB  %.0f → %.0f req/s",
                run.most().mebibytes(),
                run.seconds().getFirst().rate(),
                run.steadyRate()),
        run.otherCores() < Disturbance.NOTABLE_CORES
            ? ""
            : String.format(Locale.ROOT, "  (others %.1f cores)", run.otherCores()));
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
