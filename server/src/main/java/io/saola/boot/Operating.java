package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.control.ControlSocket;
import io.saola.control.OpenFiles;
import io.saola.control.Operations;
import io.saola.control.RefusedException;
import io.saola.control.Status;
import io.saola.control.Successor;
import io.saola.control.WorkerState;
import io.saola.exchange.Dispatcher;
import io.saola.front.Connections;
import io.saola.front.Listeners;
import io.saola.observe.Counters;
import io.saola.settings.Settings;
import io.saola.settings.Version;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators ask, done by the parts of this server.
final class Operating implements Operations {
  private static final Logger LOG = LoggerFactory.getLogger(Operating.class);

  private final Settings settings;
  private final EventLoop loop;
  private final Connections connections;
  private final Dispatcher dispatcher;
  private final Counters counters;
  private final Processes processes;
  private final Links links;
  private final Handover handover;
  private final BlockingQueue<Outcome> outcomes;
  private final Instant since;
  private volatile List<String> addresses = List.of();

  Operating(
      Settings settings,
      EventLoop loop,
      Connections connections,
      Dispatcher dispatcher,
      Counters counters,
      Processes processes,
      Links links,
      Handover handover,
      BlockingQueue<Outcome> outcomes,
      Instant since) {
    this.settings = settings;
    this.loop = loop;
    this.connections = connections;
    this.dispatcher = dispatcher;
    this.counters = counters;
    this.processes = processes;
    this.links = links;
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
    return new Status(
        Version.TEXT,
        onLoop(connections::isLeaving) ? "stopping" : handover.isOn() ? "upgrading" : "serving",
        links.app(),
        links.interfaceName(),
        links.load(),
        processes.python(),
        ProcessHandle.current().pid(),
        System.getProperty("user.name", ""),
        since,
        addresses,
        onLoop(dispatcher::workers),
        settings.workers().count().least(),
        links.generation(),
        count.answered().values().stream().mapToLong(Long::longValue).sum(),
        onLoop(dispatcher::running),
        onLoop(dispatcher::waiting),
        "",
        handover.failure().isEmpty() ? "" : "failed: " + handover.failure());
  }

  @Override
  public List<WorkerState> workers() {
    return List.of();
  }

  @Override
  public List<OpenFiles> openFiles() {
    return List.of();
  }

  @Override
  public String stack(int slot) throws RefusedException {
    throw new RefusedException("stack is not available yet");
  }

  @Override
  public String reload() throws RefusedException {
    throw new RefusedException("reload is not available yet");
  }

  @Override
  public String recycle(int slot) throws RefusedException {
    throw new RefusedException("recycle is not available yet");
  }

  @Override
  public String scale(int workers) throws RefusedException {
    throw new RefusedException("scale is not available yet");
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
