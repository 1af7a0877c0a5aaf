package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where and on what the figures were taken. A figure without it means nothing.
record Machine(
    String cpu,
    int cores,
    long memoryMebibytes,
    String kernel,
    String load,
    String jdk,
    String python,
    String wrk,
    String commit,
    Instant date) {

  /// @param wrk the load's program, if there is one
  static Machine look(Path home, String python, @Nullable Path wrk, InstantSource clock)
      throws IOException, InterruptedException {
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name", System.getProperty("os.arch", "unknown")),
        Runtime.getRuntime().availableProcessors(),
        Long.parseLong(field(Path.of("/proc/meminfo"), "MemTotal", "0").replaceAll("\\D", ""))
            / 1024,
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
        Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0],
        System.getProperty("java.vendor.version", "") + " " + Runtime.version(),
        python,
        wrk == null ? "" : wrkVersion(wrk),
        commit(home),
        clock.instant().truncatedTo(ChronoUnit.SECONDS));
  }

  /// The two lines above every table.
  String header() {
    return String.format(
        """
        %s, %d cores, %d MiB; Linux %s; load before %s; %s
        JDK %s; %s;%s commit %s
        """,
        cpu,
        cores,
        memoryMebibytes,
        kernel,
        load,
        date,
        jdk,
        python,
        wrk.isEmpty() ? "" : " " + wrk + ";",
        commit);
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cpu", cpu);
    map.put("cores", cores);
    map.put("memoryMebibytes", memoryMebibytes);
    map.put("kernel", kernel);
    map.put("loadBefore", load);
    map.put("jdk", jdk);
    map.put("python", python);
    if (!wrk.isEmpty()) {
      map.put("wrk", wrk);
    }
    map.put("commit", commit);
    map.put("date", date.toString());
    return map;
  }

  private static String field(Path file, String name, String fallback) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name) && line.contains(":"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(fallback);
  }

  /// wrk says its version only together with its usage, and fails.
  private static String wrkVersion(Path wrk) throws InterruptedException {
    String line = Tools.run(List.of(wrk.toString(), "-v")).firstLine();
    int end = line.indexOf('[');
    return (end < 0 ? line : line.substring(0, end)).strip();
  }

  /// The commit of the checkout, with a `+` if files differ from it.
  private static String commit(Path home) throws InterruptedException {
    String git = home.toString();
    Tools.Answer head = Tools.run(List.of("git", "-C", git, "rev-parse", "--short", "HEAD"));
    if (head.exit() != 0) {
      return "unknown";
    }
    Tools.Answer status =
        Tools.run(List.of("git", "-C", git, "status", "--porcelain", "--untracked-files=no"));
    return head.firstLine() + (status.output().isBlank() ? "" : "+");
  }
}
