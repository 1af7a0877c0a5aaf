package io.saola.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a server's JVM takes, by the kernel's word and by its own.
final class JavaProcess {
  private static final Pattern USED = Pattern.compile(" used (\\d+)K");

  /// What NMT calls memory that the program itself has taken: direct buffers.
  private static final Pattern DIRECT = Pattern.compile("Other \\(reserved=(\\d+)KB");

  private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

  /// USER_HZ is 100 on Linux (proc_pid_stat(5)).
  private static final long MILLIS_PER_TICK = 10;

  private final long pid;
  private final Path folder;

  JavaProcess(long pid) {
    this.pid = pid;
    this.folder = Path.of("/proc", Long.toString(pid));
  }

  /// As the kernel sees it, in KiB.
  record Size(long resident, long anonymous, long proportional) {
    double mebibytes() {
      return resident / 1024.0;
    }
  }

  Size size() throws IOException {
    return new Size(
        field("status", "VmRSS"), field("status", "RssAnon"), field("smaps_rollup", "Pss"));
  }

  long threads() throws IOException {
    return field("status", "Threads");
  }

  long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("fd"))) {
      return files.count();
    }
  }

  /// Processor time of the threads that compile, in milliseconds.
  long compilers() throws IOException {
    long ticks = 0;
    try (Stream<Path> threads = Files.list(folder.resolve("task"))) {
      for (Path thread : threads.toList()) {
        String line;
        try {
          line = Files.readString(thread.resolve("stat"), ISO_8859_1);
        } catch (IOException e) {
          continue; // it has ended
        }
        ticks += compilerTicks(line);
      }
    }
    return ticks * MILLIS_PER_TICK;
  }

  /// What a line of `/proc/PID/task/TID/stat` has for it: nothing, unless the thread is C1's or
  /// C2's.
  static long compilerTicks(String line) {
    int close = line.lastIndexOf(')');
    if (!COMPILER.matcher(line.substring(line.indexOf('(') + 1, close)).lookingAt()) {
      return 0;
    }
    // As in ProcessStat, but of the thread alone: children are the whole process's.
    String[] fields = line.substring(close + 1).strip().split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /// The heap that is in use once its garbage is collected, in KiB.
  long heapAfterCollection() throws InterruptedException, LabException {
    ask("GC.run");
    String said = ask("GC.heap_info");
    // The young and the old generation; the third is of classes and stands after them.
    long[] used =
        USED.matcher(said).results().mapToLong(found -> Long.parseLong(found.group(1))).toArray();
    if (used.length < 2) {
      throw new LabException("the JVM says something else of its heap than expected: " + said);
    }
    return used[0] + used[1];
  }

  /// Memory of direct buffers in KiB; needs `-XX:NativeMemoryTracking=summary`.
  long direct() throws InterruptedException, LabException {
    String said = ask("VM.native_memory");
    Matcher found = DIRECT.matcher(said);
    if (!found.find()) {
      throw new LabException("the JVM says nothing of its direct memory: " + said.strip());
    }
    return Long.parseLong(found.group(1));
  }

  private String ask(String command) throws InterruptedException, LabException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Tools.Answer answer = Tools.run(List.of(jcmd, Long.toString(pid), command));
    if (answer.exit() != 0) {
      throw new LabException(jcmd + " " + command + ": " + answer.lastLine());
    }
    return answer.output();
  }

  private long field(String file, String name) throws IOException {
    for (String line : Files.readAllLines(folder.resolve(file), ISO_8859_1)) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(folder.resolve(file) + " has no " + name);
  }
}
