package io.saola.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A server and every process below it: what they cost, and their end.
///
/// Remembers whom it has seen, so that a process that outlives its parent is still found. Ends
/// processes through [ProcessHandle], which never signals a pid that was given to another process.
final class ProcessTree {
  private static final Path PROC = Path.of("/proc");

  /// USER_HZ: the unit of every time in `/proc`, 100 on x86-64 and aarch64 whatever the kernel's
  /// HZ.
  private static final long MICROS_PER_TICK = 1_000_000 / 100;

  /// Programs that run no Python.
  private static final Set<String> FRONTS = Set.of("java", "nginx");

  private static final Duration KILL_PATIENCE = Duration.ofSeconds(2);
  private static final int KILL_ATTEMPTS = 3;

  private final ProcessHandle root;
  private final Map<Long, ProcessHandle> seen = new ConcurrentHashMap<>();

  ProcessTree(ProcessHandle root) {
    this.root = root;
    seen.put(root.pid(), root);
  }

  /// Processor time of the whole tree since it began, its reaped children included.
  long cpuMicros() throws IOException {
    return members().stream().mapToLong(ProcessStat::ticks).sum() * MICROS_PER_TICK;
  }

  /// The same, divided into what serves and what runs Python, and into user and kernel.
  CpuTime cpu() throws IOException {
    CpuTime sum = CpuTime.NONE;
    for (ProcessStat member : members()) {
      double user = (double) member.user() * MICROS_PER_TICK;
      double system = (double) member.system() * MICROS_PER_TICK;
      boolean front = FRONTS.contains(program(PROC.resolve(Long.toString(member.pid()))));
      sum = sum.plus(front ? new CpuTime(user, system, 0, 0) : new CpuTime(0, 0, user, system));
    }
    return sum;
  }

  /// Proportional set size: shared pages are divided among those who share them.
  long pssBytes() throws IOException {
    long kibibytes = 0;
    for (ProcessStat member : members()) {
      kibibytes += kibibytes(PROC.resolve(member.pid() + "/smaps_rollup"), "Pss:");
    }
    return kibibytes * 1024;
  }

  /// What the tree has in memory, by PSS as above.
  ///
  /// @param java of its Java virtual machines
  /// @param others of everything else: Python, or a server that embeds it
  record Memory(long java, long others) {}

  Memory memory() throws IOException {
    long java = 0;
    long others = 0;
    for (ProcessStat member : members()) {
      Path folder = PROC.resolve(Long.toString(member.pid()));
      long bytes = kibibytes(folder.resolve("smaps_rollup"), "Pss:") * 1024;
      if (program(folder).equals("java")) {
        java += bytes;
      } else {
        others += bytes;
      }
    }
    return new Memory(java, others);
  }

  /// The resident set size of its Java virtual machines: shared pages count whole, as in `ps`.
  long javaRssBytes() throws IOException {
    long kibibytes = 0;
    for (ProcessStat member : members()) {
      Path folder = PROC.resolve(Long.toString(member.pid()));
      if (program(folder).equals("java")) {
        kibibytes += kibibytes(folder.resolve("status"), "VmRSS:");
      }
    }
    return kibibytes * 1024;
  }

  /// Kills one process of the tree and waits until it has ended, reaped or not.
  void kill(long pid) throws IOException, InterruptedException {
    if (!killIfThere(pid)) {
      throw new IOException("process " + pid + " is not of this server");
    }
  }

  /// @return whether the process is of this tree and was alive
  boolean killIfThere(long pid) throws IOException, InterruptedException {
    members();
    ProcessHandle member = seen.get(pid);
    if (member == null || !member.destroyForcibly()) {
      return false;
    }
    haveEnded(List.of(member), KILL_PATIENCE);
    return true;
  }

  /// How many processes of the tree are there and have not ended.
  int size() throws IOException {
    return (int) members().stream().filter(member -> !member.ended()).count();
  }

  /// Ends the tree: TERM to its root, and KILL for what is left when `grace` has passed.
  ///
  /// @return whether nothing had to be killed
  boolean end(Duration grace) throws IOException, InterruptedException {
    members();
    root.destroy();
    boolean clean = haveEnded(alive(), grace);
    // A process that is about to be killed may still fork, hence more than once.
    for (int attempt = 0; attempt < KILL_ATTEMPTS; attempt++) {
      members();
      List<ProcessHandle> left = alive();
      if (left.isEmpty()) {
        return clean;
      }
      left.forEach(ProcessHandle::destroyForcibly);
      haveEnded(left, KILL_PATIENCE);
    }
    return false;
  }

  private List<ProcessHandle> alive() {
    return seen.values().stream().filter(ProcessTree::runs).toList();
  }

  /// Asks again and again: onExit() looks at a process that is not our child only now and then.
  private static boolean haveEnded(List<ProcessHandle> processes, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (processes.stream().anyMatch(ProcessTree::runs)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(1);
    }
    return true;
  }

  /// A process that has ended but was not reaped yet is alive to a [ProcessHandle].
  private static boolean runs(ProcessHandle process) {
    return process.isAlive()
        && stat(PROC.resolve(Long.toString(process.pid())))
            .filter(stat -> !stat.ended())
            .isPresent();
  }

  private List<ProcessStat> members() throws IOException {
    List<ProcessStat> members = ProcessStat.belongingTo(seen.keySet(), snapshot());
    for (ProcessStat member : members) {
      if (!seen.containsKey(member.pid())) {
        ProcessHandle.of(member.pid()).ifPresent(handle -> seen.put(member.pid(), handle));
      }
    }
    return members;
  }

  private static List<ProcessStat> snapshot() throws IOException {
    List<ProcessStat> all = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path folder : folders) {
        stat(folder).ifPresent(all::add);
      }
    }
    return all;
  }

  /// Nothing if the process is gone. Its name is any bytes at all, so the file need not be UTF-8.
  private static Optional<ProcessStat> stat(Path folder) {
    try {
      return Optional.of(ProcessStat.parse(Files.readString(folder.resolve("stat"), ISO_8859_1)));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static String program(Path folder) {
    try {
      return Files.readSymbolicLink(folder.resolve("exe")).getFileName().toString();
    } catch (IOException _) {
      return "";
    }
  }

  private static long kibibytes(Path file, String field) {
    try {
      for (String line : Files.readAllLines(file, ISO_8859_1)) {
        if (line.startsWith(field)) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    } catch (IOException _) {
      // It has ended, or is about to: a zombie has no memory.
    }
    return 0;
  }
}
