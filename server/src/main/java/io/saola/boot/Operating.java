package io.saola.boot;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.EventLoop;
import io.saola.control.ControlSocket;
import io.saola.control.OpenFiles;
import io.saola.control.Operations;
import io.saola.control.RefusedException;
import io.saola.control.Status;
import io.saola.control.Successor;
import io.saola.control.WorkerState;
import io.saola.exchange.Dispatcher;
import io.saola.exchange.Exchanges;
import io.saola.front.Connections;
import io.saola.front.Listeners;
import io.saola.observe.Counters;
import io.saola.settings.Version;
import io.saola.supervisor.Reloaded;
import io.saola.supervisor.Roster;
import io.saola.supervisor.Supervisor;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators ask, done by the parts of this server.
final class Operating implements Operations {
  private static final Logger LOG = LoggerFactory.getLogger(Operating.class);

  /// The supervisor answers at once, unless it has ended.
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final Connections connections;
  private final Dispatcher dispatcher;
  private final Exchanges exchanges;
  private final Counters counters;
  private final Processes processes;
  private final Links links;
  private final Supervisor supervisor;
  private final Reloader reloader;
  private final Handover handover;
  private final BlockingQueue<Outcome> outcomes;
  private final Instant since;
  private volatile List<String> addresses = List.of();

  Operating(
      EventLoop loop,
      Connections connections,
      Dispatcher dispatcher,
      Exchanges exchanges,
      Counters counters,
      Processes processes,
      Links links,
      Supervisor supervisor,
      Reloader reloader,
      Handover handover,
      BlockingQueue<Outcome> outcomes,
      Instant since) {
    this.loop = loop;
    this.connections = connections;
    this.dispatcher = dispatcher;
    this.exchanges = exchanges;
    this.counters = counters;
    this.processes = processes;
    this.links = links;
    this.supervisor = supervisor;
    this.reloader = reloader;
    this.handover = handover;
    this.outcomes = outcomes;
    this.since = since;
  }

  /// The listeners are open: from now on operators can ask.
  ///
  /// @param folder where the control socket is made
  /// @return what ends that again
  AutoCloseable open(Path folder, Listeners listeners) {
    addresses = listeners.urls();
    handover.listening(listeners.listening());
    Optional<ControlSocket> socket = ControlSocket.open(folder, this);
    return () -> {
      if (socket.isPresent()) {
        socket.get().close();
      }
    };
  }

  @Override
  public Status status() {
    Counters.Snapshot count = counters.snapshot();
    Optional<Roster> roster = roster();
    Reloaded reloaded = reloader.last();
    return new Status(
        Version.TEXT,
        state(),
        links.app(),
        links.interfaceName(),
        links.load(),
        processes.python(),
        ProcessHandle.current().pid(),
        System.getProperty("user.name", ""),
        since,
        addresses,
        onLoop(dispatcher::workers),
        roster.map(Roster::wanted).orElse(0),
        roster.map(Roster::generation).orElse(0),
        count.answered().values().stream().mapToLong(Long::longValue).sum(),
        onLoop(dispatcher::running),
        onLoop(dispatcher::waiting),
        onLoop(this::held),
        reloaded == null ? "" : (reloaded.succeeded() ? "" : "failed: ") + reloaded.message(),
        handover.failure().isEmpty() ? "" : "failed: " + handover.failure());
  }

  private Status.Held held() {
    long direct =
        ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider asked
            ? asked.metric().usedDirectMemory()
            : 0;
    return new Status.Held(
        connections.count(), exchanges.bytesInMemory(), exchanges.bytesInFiles(), direct);
  }

  private String state() {
    if (onLoop(connections::isLeaving)) {
      return "stopping";
    }
    return handover.isOn() ? "upgrading" : "serving";
  }

  /// Nothing while the server ends.
  private Optional<Roster> roster() {
    try {
      return Optional.of(answer(supervisor::roster, LONGEST));
    } catch (RefusedException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public List<WorkerState> workers() {
    return roster()
        .map(roster -> WorkerTable.of(roster, onLoop(dispatcher::atWork)))
        .orElse(List.of());
  }

  @Override
  public List<OpenFiles> openFiles() {
    return roster().map(WorkerTable::openFiles).orElse(List.of());
  }

  @Override
  public String stack(int slot) throws RefusedException, InterruptedException {
    Roster roster = answer(supervisor::roster, LONGEST);
    checkSlot(slot, roster);
    for (Roster.Member worker : roster.workers()) {
      if (worker.slot() == slot && worker.pid() != 0) {
        return supervisor.stacks().of(slot, worker.pid()).stripTrailing();
      }
    }
    throw new RefusedException("there is no worker in slot " + slot + " at the moment");
  }

  private static void checkSlot(int slot, Roster roster) throws RefusedException {
    if (slot >= roster.wanted() || slot < 0) {
      throw new RefusedException(
          "there is no slot "
              + slot
              + (roster.wanted() == 1
                  ? ": the only one is 0"
                  : ": slots are 0 to " + (roster.wanted() - 1)));
    }
  }

  @Override
  public String reload() throws RefusedException, InterruptedException {
    Reloaded done = answer(reloader::reload, Duration.ZERO);
    if (!done.succeeded()) {
      throw new RefusedException(done.message());
    }
    return done.message() + ", generation " + done.generation();
  }

  @Override
  public String recycle(int slot) throws RefusedException, InterruptedException {
    if (slot != ALL) {
      checkSlot(slot, answer(supervisor::roster, LONGEST));
    }
    int count = answer(to -> supervisor.recycle(slot, 0, "saola recycle", to::accept), LONGEST);
    if (count == 0) {
      throw new RefusedException(
          slot == ALL
              ? "no worker is ready to be replaced"
              : "the worker in slot " + slot + " is being replaced already, or is not ready");
    }
    return "replacing " + count(count) + ", each when its successor is ready";
  }

  @Override
  public String scale(int workers) throws RefusedException, InterruptedException {
    if (workers < 1) {
      throw new RefusedException("there must be one worker at least");
    }
    return count(answer(to -> supervisor.scale(workers, to::accept), LONGEST));
  }

  private static String count(int workers) {
    return workers == 1 ? "1 worker" : workers + " workers";
  }

  /// Asks something that answers later, on its own thread.
  ///
  /// @param longest zero for however long it takes
  private static <T> T answer(Consumer<Consumer<T>> question, Duration longest)
      throws RefusedException, InterruptedException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    question.accept(answer::complete);
    try {
      return longest.isZero()
          ? answer.get()
          : answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new RefusedException("the server is stopping");
    }
  }

  @Override
  public String stop() {
    LOG.info("asked to stop by saola stop");
    outcomes.add(new Outcome.Stop("TERM"));
    return "stopping";
  }

  @Override
  public String upgrade() throws RefusedException, InterruptedException {
    return handover.upgrade();
  }

  /// The same, when nobody waits for the outcome but the log.
  void upgradeBySignal() {
    try {
      handover.upgrade();
    } catch (RefusedException e) {
      if (!handover.failure().equals(e.getMessage())) { // which has been logged
        LOG.error("not upgraded: {}", e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Successor takeOver(long pid) throws RefusedException {
    return handover.begin(pid);
  }

  private <T> T onLoop(Callable<T> question) {
    return loop.submit(question).syncUninterruptibly().getNow();
  }
}
