package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.exchange.Dispatcher;
import io.saola.observe.AppOutput;
import io.saola.supervisor.Events;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// What happens to processes, told to those whom it concerns.
final class Processes implements Events {
  private final BlockingQueue<Outcome> outcomes;
  private final EventLoop loop;
  private final AppOutput output = new AppOutput();
  private volatile String python = "";
  private volatile @Nullable Dispatcher dispatcher;

  Processes(BlockingQueue<Outcome> outcomes, EventLoop loop) {
    this.outcomes = outcomes;
    this.loop = loop;
  }

  void dispatcher(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  /// The version of the Python that serves.
  String python() {
    return python;
  }

  @Override
  public void keeperStarted(String pythonVersion) {
    python = pythonVersion;
  }

  @Override
  public void ready() {
    outcomes.add(new Outcome.Ready());
  }

  @Override
  public void workerGone(int slot, int generation, int pid, String how) {
    Dispatcher to = dispatcher;
    if (to != null) {
      loop.execute(() -> to.processGone(pid));
    }
  }

  @Override
  public void bootFailed(int exitCode, String message) {
    outcomes.add(new Outcome.Failed(exitCode, message));
  }

  @Override
  public void keeperGone() {
    outcomes.add(new Outcome.KeeperGone());
  }

  @Override
  public void output(String source, int generation, String line) {
    output.line(source.replace('-', ' '), generation, line);
  }
}
