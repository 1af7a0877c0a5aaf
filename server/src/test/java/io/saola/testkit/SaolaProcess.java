package io.saola.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The real server, started as a process in a temporary folder.
///
/// Its runtime folder is `run`, its spool `spool`, and what its app talks to the test through `app`
/// in there. What it says on standard error is kept, and is part of every failure's message.
public final class SaolaProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(40);
  private static final Duration STOP = Duration.ofSeconds(15);
  private static final Duration SAY = Duration.ofSeconds(15);
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

  /// The folder of the tests' own app.
  public static final Path APPS = HOME.resolve("server/src/test/apps");

  private static final Pattern READY =
      Pattern.compile(" serves .* on http://127\\.0\\.0\\.1:(\\d+)");

  private static final Pattern LISTENING =
      Pattern.compile(" listening on http://127\\.0\\.0\\.1:(\\d+)");

  private static final Pattern SUCCESSOR = Pattern.compile("started a second server pid=(\\d+)");

  /// It counts what is open, and the server says so at its end.
  private static final String LEAKS =
      "-Dio.netty.customResourceLeakDetector=io.saola.rig.LeakCounter";

  /// A copy has no tests, and Netty's own detector.
  private static final String NO_TESTS = "-Dio.netty.leakDetection.samplingInterval=1";

  private final Path folder;
  private final Process process;
  private final Thread reader;
  private final List<String> said = new ArrayList<>();
  private boolean silent;
  private int port;

  private SaolaProcess(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  /// Serves the tests' own app with these flags, and waits until it is ready.
  public static SaolaProcess serve(String... flags) {
    return serveApp("whole_app:app", flags);
  }

  /// The same with their ASGI app.
  public static SaolaProcess serveAsgi(String... flags) {
    return serveApp("asgi_app:app", flags);
  }

  /// The same with any app of the tests' folder.
  public static SaolaProcess serveApp(String target, String... flags) {
    List<String> all = new ArrayList<>(List.of(flags));
    all.addFirst(target);
    SaolaProcess server = start(APPS, all.toArray(String[]::new));
    server.awaitReady();
    return server;
  }

  /// Runs `saola serve` with these flags on a free port, whatever becomes of it.
  ///
  /// @param apps the folder that is served from
  public static SaolaProcess start(Path apps, String... flags) {
    return startUnder(new Surroundings(List.of(), Map.of()), apps, flags);
  }

  /// What a server finds when it is started.
  ///
  /// @param runner words before the command: a program that becomes it, such as `setpriv …`
  /// @param variables of its environment, beside the usual ones
  /// @param copy the Saola to run; null for the one under test where it lies
  public record Surroundings(
      List<String> runner, Map<String, String> variables, @Nullable OpenCopy copy) {
    public Surroundings(List<String> runner, Map<String, String> variables) {
      this(runner, variables, null);
    }
  }

  /// The same in other surroundings than the tests' own.
  public static SaolaProcess startUnder(Surroundings around, Path apps, String... flags) {
    try {
      Path folder = Files.createTempDirectory("saola-whole-");
      for (String name : List.of("run", "spool", "app")) {
        Files.createDirectory(folder.resolve(name));
      }
      List<String> command = java(around.copy());
      command.addAll(
          List.of("serve", "--bind", "127.0.0.1:0", "--chdir", apps.toString(), "--env"));
      command.add("WHOLE_DIR=" + folder.resolve("app"));
      command.addAll(List.of("--spool-dir", folder.resolve("spool").toString()));
      command.addAll(List.of(flags));
      command.addAll(0, around.runner());
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
      builder.redirectOutput(folder.resolve("stdout").toFile());
      environment(builder.environment(), folder);
      builder.environment().putAll(around.variables());
      return new SaolaProcess(folder, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> java(@Nullable OpenCopy copy) {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-Xss512k",
            "-XX:MaxDirectMemorySize=96m",
            "-XX:-UsePerfData",
            "-Dsaola.home=" + (copy == null ? HOME : copy.home()),
            "-Dio.netty.noUnsafe=false",
            "-Dio.netty.leakDetection.level=paranoid",
            copy == null ? LEAKS : NO_TESTS,
            "-Dio.saola.rig.leaksAtEnd=true",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            copy == null ? System.getProperty("java.class.path") : copy.classPath(),
            "io.saola.cli.Main"));
  }

  /// Nothing of whoever runs the tests may reach the server under test.
  static void environment(Map<String, String> environment, Path folder) {
    environment
        .keySet()
        .removeIf(name ->
            name.startsWith("SAOLA_")
                || name.startsWith("PYTHON")
                || name.startsWith("WATCHDOG_")
                || List.of(
                        "WEB_CONCURRENCY",
                        "PORT",
                        "VIRTUAL_ENV",
                        "JAVA_TOOL_OPTIONS",
                        "NOTIFY_SOCKET")
                    .contains(name));
    environment.put("XDG_RUNTIME_DIR", folder.resolve("run").toString());
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
  }

  // ---- what it says

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (said) {
          said.add(line);
          said.notifyAll();
        }
      }
    } catch (IOException e) {
      // The stream ends with the process, in whichever way.
    } finally {
      synchronized (said) {
        silent = true;
        said.notifyAll();
      }
    }
  }

  /// Everything that it has said on standard error.
  public List<String> said() {
    synchronized (said) {
      return List.copyOf(said);
    }
  }

  /// Waits for a line with this text in it.
  public String awaitSaid(String text) {
    return awaitSaid(Pattern.compile(Pattern.quote(text)), SAY).group();
  }

  /// Waits for a line in which the pattern is found.
  public Matcher awaitSaid(Pattern pattern) {
    return awaitSaid(pattern, SAY);
  }

  private Matcher awaitSaid(Pattern pattern, Duration longest) {
    long end = System.nanoTime() + longest.toNanos();
    synchronized (said) {
      int seen = 0;
      while (true) {
        for (; seen < said.size(); seen++) {
          Matcher matcher = pattern.matcher(said.get(seen));
          if (matcher.find()) {
            return matcher;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0 || silent) {
          throw new AssertionError("it never said " + pattern + "\n" + String.join("\n", said));
        }
        try {
          said.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError(e);
        }
      }
    }
  }

  /// Waits until the listeners are open.
  public void awaitReady() {
    awaitPort(READY);
  }

  /// Waits until it lets clients in early.
  public void awaitListening() {
    awaitPort(LISTENING);
  }

  private void awaitPort(Pattern line) {
    try {
      port = Integer.parseInt(awaitSaid(line, START).group(1));
    } catch (AssertionError e) {
      close();
      throw e;
    }
  }

  // ---- what is asked of it

  public int port() {
    return port;
  }

  public RawClient connect() {
    return RawClient.connect(port);
  }

  /// One GET on a connection of its own.
  public Reply get(String target) {
    return ask(RawClient.request("GET", target, "Connection: close"));
  }

  /// One request on a connection of its own.
  public Reply ask(String request) {
    try (RawClient client = connect()) {
      return client.send(request).reply();
    }
  }

  // ---- its folders

  /// The folder with all of its own.
  Path folder() {
    return folder;
  }

  /// Where `NAME.in`, `NAME.go` and `NAME.closed` of the app are.
  public Path appFile(String name) {
    return folder.resolve("app").resolve(name);
  }

  /// Waits until a request has come to the gate of that name.
  public void awaitAtGate(String name) {
    Patience.awaitFile(appFile(name + ".in"));
  }

  /// Lets the requests at the gate of that name through.
  public void openGate(String name) {
    try {
      Files.createFile(appFile(name + ".go"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The names that the app has noted, in order.
  public List<String> ran() {
    try {
      Path file = appFile("ran");
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until the app has noted a line.
  public void awaitRan(String line) {
    try {
      Patience.await("the note " + line, () -> ran().contains(line));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ", but there is " + ran(), e);
    }
  }

  /// The files in the spool, all servers' folders together.
  public List<Path> spooled() {
    return files(folder.resolve("spool"));
  }

  /// Takes away the folder that bodies are written to.
  public void breakSpool() {
    try {
      for (Path path : spooled()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is left in the runtime folder.
  public List<Path> runtimeFiles() {
    return files(folder.resolve("run"));
  }

  private static List<Path> files(Path root) {
    try (Stream<Path> paths = Files.walk(root, 2)) {
      return paths.filter(path -> !path.equals(root)).toList();
    } catch (IOException | UncheckedIOException e) {
      // A file that goes away while it is looked at.
      return List.of(root);
    }
  }

  public String standardOutput() {
    try {
      return Files.readString(folder.resolve("stdout"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- its processes

  public long pid() {
    return process.pid();
  }

  public void signal(String name) {
    signal(process.pid(), name);
  }

  /// Sends a signal to one process, by its pid.
  public static void signal(long pid, String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("kill -" + name + " " + pid + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// Waits for its end; its exit code. Everything that it said is here then.
  public int awaitExit() {
    int code = awaitHandover();
    try {
      reader.join(STOP);
      return code;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// Waits for its end, after which another server goes on in its place and says more; its exit
  /// code.
  public int awaitHandover() {
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("it does not end\n" + String.join("\n", said()));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// The pids of the servers that were started to take its place, and theirs, in that order.
  public List<Long> successors() {
    return said().stream()
        .map(SUCCESSOR::matcher)
        .filter(Matcher::find)
        .map(found -> Long.valueOf(found.group(1)))
        .toList();
  }

  /// Stops it, first kindly; complains about leaks and about the server's own exceptions.
  @Override
  public void close() {
    if (process.isAlive()) {
      process.toHandle().destroy(); // Process.destroy() would close what it says at its end
    }
    boolean stopped = false;
    try {
      stopped = process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String stuck = stopped ? "" : "it did not stop on SIGTERM:\n" + stacks();
    process.toHandle().destroyForcibly();
    for (long successor : successors()) {
      if (ProcFs.isAlive(successor)) {
        signal(successor, "TERM");
        Patience.await("the end of the new server", () -> !ProcFs.isAlive(successor));
      }
    }
    awaitExit();
    delete();
    String problem = stopped ? problem() : stuck;
    if (problem != null) {
      throw new AssertionError(problem + "\n" + String.join("\n", said()));
    }
  }

  /// What its threads are at.
  private String stacks() {
    try {
      String jstack = Path.of(System.getProperty("java.home"), "bin", "jstack").toString();
      Process asked = new ProcessBuilder(jstack, Long.toString(pid())).start();
      return new String(asked.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private @Nullable String problem() {
    for (String line : said()) {
      if (line.contains("LEAK")) {
        return "a buffer has leaked";
      }
      if (line.matches("\\s+at (io\\.saola|io\\.netty|java)\\..*")) {
        return "the server has logged an exception of its own";
      }
    }
    return null;
  }

  private void delete() {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
