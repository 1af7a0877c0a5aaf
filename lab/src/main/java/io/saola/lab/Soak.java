package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `lab soak`: whether what the server takes follows the load, or time.
final class Soak {
  private static final int CLIENTS = 10;
  private static final int STRETCHES = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int LOOK_EVERY_MILLIS = 20;

  /// Longest time between two looks at the JVM's size.
  private static final long PAUSE_MILLIS = 1000;

  private static final String OPTIONS =
      "SAOLA_JAVA_OPTS=-XX:NativeMemoryTracking=summary"; // for direct memory

  private final Path home;
  private final SoakOptions options;
  private final Processes processes;
  private final InstantSource clock;

  Soak(Path home, SoakOptions options, Processes processes, InstantSource clock) {
    this.home = home;
    this.options = options;
    this.processes = processes;
    this.clock = clock;
  }

  /// What a soak has found.
  ///
  /// @param sizes of the JVM, in each stretch the median
  record Result(
      SoakLook begin,
      SoakLook end,
      List<JavaProcess.Size> sizes,
      long sent,
      long failed,
      double otherCores) {
    boolean holds() {
      return failed == 0 && SoakLook.compare(begin, end).stream().allMatch(SoakLook.Change::holds);
    }
  }

  /// Measures and prints.
  ///
  /// @return the exit status: 1 if something has grown, or a request failed
  int run() throws IOException, InterruptedException, LabException {
    Tools.required("setsid", "util-linux");
    JsonFile.requireFolder(options.json());
    String python =
        options.python().isEmpty()
            ? Interpreters.usual().getFirst()
            : Interpreters.one(options.python());
    Files.createDirectories(home.resolve(".saola/lab"));
    Path folder = processes.keep(Files.createTempDirectory(home.resolve(".saola/lab"), "run-"));
    Machine machine = Machine.look(home, python, null, clock);
    Result result = measure(python, folder.resolve("soak.out"));
    System.out.print(page(machine, result));
    if (options.json() != null) {
      Files.writeString(options.json(), Json.write(toMap(machine, result)));
    }
    return result.holds() ? 0 : 1;
  }

  private Result measure(String python, Path output)
      throws IOException, InterruptedException, LabException {
    RunningServer.Starter starter =
        new RunningServer.Starter(
            "saola", processes, home.resolve("lab/apps"), output, PATIENCE, LOOK_EVERY_MILLIS);
    RunningServer server =
        starter.start(
            address -> command(address, python),
            running -> running.tail().contains(" ready in ") ? "" : "no word of it");
    SoakClient.Counts counts = new SoakClient.Counts();
    List<SoakClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        SoakClient client =
            new SoakClient(server.address(), options.rate() / (double) CLIENTS, counts);
        clients.add(client);
        Thread.ofPlatform().daemon().name("soak-" + i).start(client);
      }
      return watch(server, counts);
    } finally {
      clients.forEach(SoakClient::end);
      if (!server.stop()) {
        say("the server did not end when asked to and was killed");
      }
    }
  }

  private List<String> command(String address, String python) {
    List<String> command = new ArrayList<>(List.of("env", OPTIONS));
    command.add(home.resolve("saola").toString());
    command.addAll(List.of("serve", "--bind", address, "--workers", "1", "--python", python));
    command.addAll(options.saolaArgs());
    command.add("soak:app");
    return command;
  }

  private Result watch(RunningServer server, SoakClient.Counts counts)
      throws IOException, InterruptedException, LabException {
    JavaProcess java = new JavaProcess(server.process().pid());
    say("warming up for " + Durations.text(options.warmup()));
    JavaProcess.Size warm = stretch(server, java, options.warmup());
    Disturbance disturbance = Disturbance.begin(server.tree().cpuMicros());
    SoakLook begin = SoakLook.take(java, warm, server);
    long before = counts.sent().sum();
    counts.failed().reset();
    List<JavaProcess.Size> sizes = new ArrayList<>();
    for (int i = 1; i <= STRETCHES; i++) {
      JavaProcess.Size size = stretch(server, java, options.duration().dividedBy(STRETCHES));
      sizes.add(size);
      say(
          String.format(
              Locale.ROOT,
              "%d/%d  %d requests, %d failed, RSS %.1f MiB",
              i,
              STRETCHES,
              counts.sent().sum() - before,
              counts.failed().sum(),
              size.mebibytes()));
    }
    long sent = counts.sent().sum() - before;
    long failed = counts.failed().sum();
    SoakLook end = SoakLook.take(java, sizes.getLast(), server);
    double others = disturbance.cores(server.tree().cpuMicros());
    return new Result(begin, end, sizes, sent, failed, others);
  }

  /// Waits, and says how large the JVM was: in the median of the second half.
  private JavaProcess.Size stretch(RunningServer server, JavaProcess java, Duration length)
      throws IOException, InterruptedException, LabException {
    List<JavaProcess.Size> sizes = new ArrayList<>();
    long begin = System.nanoTime();
    long pause = Math.min(PAUSE_MILLIS, Math.max(1, length.toMillis() / 4));
    do {
      Thread.sleep(pause);
      server.requireAlive();
      if (System.nanoTime() - begin > length.toNanos() / 2) {
        sizes.add(java.size());
      }
    } while (System.nanoTime() - begin < length.toNanos());
    sizes.sort(Comparator.comparingLong(JavaProcess.Size::resident));
    return sizes.get(sizes.size() / 2);
  }

  private String page(Machine machine, Result result) {
    StringBuilder out = new StringBuilder(machine.header());
    out.append(
        String.format(
            Locale.ROOT,
            "%d requests per second for %s after %s: %d of 10 small, one of 10 KB, one posted,"
                + " one on a connection of its own, one of a client that leaves%n%n",
            options.rate(),
            Durations.text(options.duration()),
            Durations.text(options.warmup()),
            6));
    Table table = new Table("", "begin", "end", "change", "");
    List<SoakLook.Change> changes = SoakLook.compare(result.begin(), result.end());
    changes.forEach(change -> table.add(change.cells()));
    out.append(table.render());
    out.append(String.format("%n%d requests, %d failed%n", result.sent(), result.failed()));
    out.append(Disturbance.said(new double[] {result.otherCores()}, machine.cores()));
    out.append(
        result.holds()
            ? "reached: nothing has grown by more than 10 %, and no request failed\n"
            : "missed: see above\n");
    return out.toString();
  }

  private Map<String, Object> toMap(Machine machine, Result result) {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("tool", "lab soak");
    method.put("seconds", options.duration().toSeconds());
    method.put("warmupSeconds", options.warmup().toSeconds());
    method.put("rate", options.rate());
    method.put("saolaArgs", options.saolaArgs());
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method);
    map.put("begin", result.begin().toMap());
    map.put("end", result.end().toMap());
    map.put("rssKibibytes", result.sizes().stream().map(JavaProcess.Size::resident).toList());
    map.put("sent", result.sent());
    map.put("failed", result.failed());
    map.put("otherCores", result.otherCores());
    map.put("reached", result.holds());
    return map;
  }

  private static void say(String line) {
    System.err.println("lab: " + line);
  }
}
