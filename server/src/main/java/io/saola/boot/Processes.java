package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.exchange.Dispatcher;
import io.saola.observe.AppOutput;
import io.saola.settings.Settings;
import io.saola.supervisor.Events;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happens to processes, told to those whom it concerns.
final class Processes implements Events {
  private final BlockingQueue<Outcome> outcomes;
  private final EventLoop loop;
  private final AppOutput output = new AppOutput();
  private final long retireNanos;
  private final boolean crashTogether;
  private final Blueprints blueprints;
  private volatile String python = "";
  private volatile @Nullable Dispatcher dispatcher;

  /// @param blueprints told what each generation is made by
  /// @param settings say how long one that was replaced has to finish, and whether all end together
  Processes(
      BlockingQueue<Outcome> outcomes, EventLoop loop, Blueprints blueprints, Settings settings) {
    this.outcomes = outcomes;
    this.loop = loop;
    this.blueprints = blueprints;
    this.retireNanos = settings.workers().gracefulTimeout().toNanos();
    this.crashTogether = settings.server().crashTogether();
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
    onLoop(to -> to.processGone(pid, how));
  }

  @Override
  public void crashed(int pid, String account) {
    if (crashTogether) {
      onLoop(to ->
          to.lostWith(pid, requests -> outcomes.add(new Outcome.Crashed(at(account, requests)))));
    }
  }

  private static String at(String account, List<String> requests) {
    return requests.isEmpty() ? account : account + " request=" + String.join(", ", requests);
  }

  @Override
  public void retire(int slot, int pid) {
    onLoop(to -> to.retire(pid, retireNanos));
  }

  @Override
  public void become(int pid, int generation) {
    onLoop(to -> to.become(pid, generation));
  }

  @Override
  public void spared(int pid) {
    onLoop(to -> to.spared(pid));
  }

  private void onLoop(Consumer<Dispatcher> action) {
    Dispatcher to = dispatcher;
    if (to != null) {
      loop.execute(() -> action.accept(to));
    }
  }

  @Override
  public void generation(int generation, int version, boolean byMold) {
    blueprints.generation(generation, version, byMold);
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
