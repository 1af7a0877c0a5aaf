package io.saola.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the Python threads of workers stand, told by themselves into files (PROTOCOL §14).
///
/// A handler in Python is asked first. Only when it is silent, since the main thread runs C, is
/// `faulthandler` asked, which needs no GIL but now and then crashes a process that runs bytecode.
/// Its methods wait for up to [#SILENCE] twice, and may be called by any thread that may wait.
public final class Stacks {
  private static final Logger LOG = LoggerFactory.getLogger(Stacks.class);

  private static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(250);
  private static final String BY_HANDLER = "RTMIN+2";
  private static final String BY_C_ALL = "RTMIN+3";
  private static final String BY_C_ONE = "RTMIN+5";

  /// The bits of both C handlers' signals in the masks of proc_pid_status(5); SIGRTMIN is 34.
  private static final long C_SIGNALS = 1L << (34 + 3 - 1) | 1L << (34 + 5 - 1);

  private static final String END = "== end\n";
  private static final String CRASH = "Fatal Python error";
  private static final String NONE = "(it does not say where it stands)\n";
  private static final int LONGEST = 256 * 1024;
  private static final long LARGE = 1 << 20;

  private final Path folder;
  private final ObjIntConsumer<String> signals;

  /// @param folder the runtime folder
  /// @param signals has a signal sent to a pid
  Stacks(Path folder, ObjIntConsumer<String> signals) {
    this.folder = folder;
    this.signals = signals;
  }

  /// The stacks of all threads of a worker that lives on, innermost frame last; of a worker that
  /// lets no Python code run, those of the thread that does not, innermost frame first. If there is
  /// no such worker, or it says nothing, that is what is returned, in a line in parentheses.
  public String of(int slot, int pid) {
    return take(slot, pid, BY_C_ONE);
  }

  /// Logs the stacks of a worker that lives on.
  ///
  /// @param what it is about
  void log(int slot, int pid, String what) {
    LOG.warn(
        "worker slot={} pid={} rss={}: {}\n{}",
        slot,
        pid,
        memory(pid),
        what,
        of(slot, pid).stripTrailing());
  }

  /// Logs the stacks of a worker that is killed next, and may crash over it.
  ///
  /// @param account a line for each request
  void logLast(int slot, int pid, String why, String account) {
    LOG.error(
        "worker slot={} pid={} rss={} will be killed: {}\n{}{}",
        slot,
        pid,
        memory(pid),
        why,
        account.isEmpty() ? "" : account + "\n",
        take(slot, pid, BY_C_ALL).stripTrailing());
  }

  private String take(int slot, int pid, String byC) {
    Path file = file(slot, pid);
    try {
      if (Files.size(file) > LARGE) {
        Files.newByteChannel(file, StandardOpenOption.WRITE).truncate(0).close();
      }
      long from = Files.size(file);
      signals.accept(BY_HANDLER, pid);
      String text = await(file, from, pid, said -> said.contains(END));
      int end = text.indexOf(END);
      if (end >= 0) {
        return text.substring(0, end);
      }
      signals.accept(byC, pid);
      text = await(file, from, pid, said -> !said.isEmpty() && isQuiet(pid));
      return text.isEmpty() ? NONE : text.replace(END, "");
    } catch (IOException e) {
      LOG.debug("no stacks of slot={} pid={}", slot, pid, e);
      return NONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return NONE;
    }
  }

  /// What has been written behind `from` when that is enough, or the time is up.
  private static String await(Path file, long from, int pid, Predicate<String> enough)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + SILENCE;
    while (true) {
      String text = read(file, from);
      if (enough.test(text) || System.nanoTime() - end > 0 || !Files.exists(proc(pid))) {
        return text;
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static String read(Path file, long from) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = Math.clamp(channel.size() - from, 0, LONGEST);
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {}
      return new String(bytes.array(), 0, bytes.position(), UTF_8);
    }
  }

  /// Whether no thread of the process is in a C handler, or about to be.
  private static boolean isQuiet(int pid) {
    try (Stream<Path> threads = Files.list(proc(pid).resolve("task"))) {
      return threads.noneMatch(thread -> isAsked(thread.resolve("status")));
    } catch (IOException e) {
      return true; // it is dead
    }
  }

  private static boolean isAsked(Path status) {
    return lines(status).stream()
        .filter(line -> line.matches("(ShdPnd|SigPnd|SigBlk):.*"))
        .anyMatch(line ->
            (Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16) & C_SIGNALS)
                != 0);
  }

  private static String memory(int pid) {
    return lines(proc(pid).resolve("status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024 + "MiB")
        .findAny()
        .orElse("-");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of(); // the thread has ended meanwhile
    }
  }

  /// What a dead worker has left if it crashed, behind a line end; its file is removed.
  String left(int slot, int pid) {
    Path file = file(slot, pid);
    try {
      String text = read(file, Math.max(0, Files.size(file) - LONGEST));
      Files.delete(file);
      int crash = text.lastIndexOf(CRASH);
      return crash < 0 ? "" : "\n" + text.substring(crash).stripTrailing();
    } catch (IOException e) {
      return ""; // it did not come so far as to make one
    }
  }

  private Path file(int slot, int pid) {
    return folder.resolve("stack-" + slot + "-" + pid);
  }

  private static Path proc(int pid) {
    return Path.of("/proc", String.valueOf(pid));
  }
}
