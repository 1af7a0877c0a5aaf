package io.saola.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keeper's process and its pipes: orders in, reports and complaints out.
///
/// Two daemon threads read; what they read goes to the mailbox. Orders are written by the
/// supervisor's thread alone.
final class Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
  private static final int STACK = 256 * 1024;
  private static final int LAST_WORDS = 40;
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final Process process;
  private final OutputStream orders;
  private final Consumer<Command> mailbox;
  private final Deque<String> lastWords = new ArrayDeque<>(); // guarded by itself
  private final Thread complaints;
  private volatile boolean started;

  private Keeper(Process process, Consumer<Command> mailbox) {
    this.process = process;
    this.orders = process.getOutputStream();
    this.mailbox = mailbox;
    this.complaints = daemon("keeper-errors", this::readErrors);
    daemon("keeper-reports", this::readReports);
  }

  /// Listens to the keeper, which is not yet told anything.
  ///
  /// @throws IOException if there is no such program
  static Keeper start(KeeperProcess process, Consumer<Command> mailbox) throws IOException {
    return new Keeper(process.take(), mailbox);
  }

  /// Writes one line. A keeper that does not hear it any more is about to be reported as ended.
  void tell(String order) {
    try {
      orders.write((order + "\n").getBytes(UTF_8));
      orders.flush();
    } catch (IOException e) {
      LOG.debug("keeper does not hear order=\"{}\" error=\"{}\"", order, e.getMessage());
    }
  }

  /// It has said `started`: from now on its complaints are logged as they come.
  void hasStarted() {
    started = true;
  }

  boolean awaitEnd(Duration bound) throws InterruptedException {
    return process.waitFor(bound.toNanos(), TimeUnit.NANOSECONDS);
  }

  void kill() {
    process.destroyForcibly();
  }

  private void readReports() {
    try (BufferedReader reports = process.inputReader(UTF_8)) {
      for (String line = reports.readLine(); line != null; line = reports.readLine()) {
        mailbox.accept(new Command.Reported(Report.parse(line)));
      }
    } catch (IllegalArgumentException e) {
      if (started) {
        LOG.error("keeper broke the protocol: {}", e.getMessage());
      }
      kill();
    } catch (IOException e) {
      LOG.debug("keeper's reports ended", e);
    }
    try {
      if (!awaitEnd(FAREWELL)) {
        kill();
        process.waitFor();
      }
      complaints.join(FAREWELL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    mailbox.accept(new Command.KeeperEnded(status(), lastWords()));
  }

  /// The JDK gives 128 + n for signal n.
  private ExitStatus status() {
    int value = process.isAlive() ? 0 : process.exitValue();
    return new ExitStatus(value > 128 ? 128 - value : value);
  }

  private void readErrors() {
    try (BufferedReader errors = process.errorReader(UTF_8)) {
      for (String line = errors.readLine(); line != null; line = errors.readLine()) {
        if (started) {
          LOG.warn("keeper says: {}", line);
        }
        synchronized (lastWords) {
          lastWords.addLast(line);
          if (lastWords.size() > LAST_WORDS) {
            lastWords.removeFirst();
          }
        }
      }
    } catch (IOException e) {
      LOG.debug("keeper's errors ended", e);
    }
  }

  private List<String> lastWords() {
    synchronized (lastWords) {
      return List.copyOf(lastWords);
    }
  }

  private static Thread daemon(String name, Runnable task) {
    return Thread.ofPlatform().daemon().name(name).stackSize(STACK).start(task);
  }
}
