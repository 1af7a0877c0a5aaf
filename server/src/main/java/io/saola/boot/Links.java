package io.saola.boot;

import io.saola.exchange.Dispatcher;
import io.saola.link.Hello;
import io.saola.link.LinkEvents;
import io.saola.link.MoldLink;
import io.saola.link.StaticFiles;
import io.saola.link.WorkerLink;
import io.saola.supervisor.MoldControl;
import io.saola.supervisor.Role;
import io.saola.supervisor.Supervisor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens on links, told to those whom it concerns.
final class Links implements LinkEvents {
  private static final Logger LOG = LoggerFactory.getLogger(Links.class);

  private final Supervisor supervisor;
  private final Dispatcher dispatcher;
  private volatile String app = "";
  private final Blueprints blueprints;
  private final int threads;
  private final AutoStatic staticFiles;
  private volatile String load = "";
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile String interfaceName = "wsgi";
  private volatile int generation;

  /// @param threads places of a WSGI worker, as the operator wants it
  Links(
      Supervisor supervisor,
      Dispatcher dispatcher,
      Blueprints blueprints,
      AutoStatic staticFiles,
      int threads) {
    this.staticFiles = staticFiles;
    this.blueprints = blueprints;
    this.supervisor = supervisor;
    this.dispatcher = dispatcher;
    this.threads = threads;
  }

  /// What the mold says that the app is.
  String app() {
    return app;
  }

  /// What the workers say that the app is called through.
  String interfaceName() {
    return interfaceName;
  }

  /// The newest of which a worker serves.
  int generation() {
    return generation;
  }

  /// How the app was loaded: an app that cannot be forked changes what was asked for.
  String load() {
    return load;
  }

  @Override
  public void connected(Hello hello, Consumer<Boolean> admit) {
    Role role = hello.role() == Hello.Role.MOLD ? Role.MOLD : Role.WORKER;
    supervisor.awaitKnown(role, hello.pid(), hello.slot(), hello.generation(), admit);
  }

  @Override
  public void moldReady(MoldLink mold, String interfaceName, String appName) {
    app = appName;
    load = blueprints.load(mold.generation());
    found(interfaceName);
    supervisor.moldReady(mold.generation(), new Control(mold), interfaceName, appName);
  }

  /// Settings could not know it: whether an app is ASGI, its import shows.
  private void found(String name) {
    if (threads > 1 && name.equals("asgi") && !warned.getAndSet(true)) {
      LOG.warn(
          "--threads {} is for WSGI, but this app is ASGI: each worker runs it in one event loop;"
              + " for its sync code see --asgi-threads",
          threads);
    }
  }

  private record Control(MoldLink mold) implements MoldControl {
    @Override
    public void fork(int slot) {
      mold.fork(slot);
    }

    @Override
    public void stop() {
      mold.stop();
    }
  }

  @Override
  public void staticFiles(int of, @Nullable StaticFiles found) {
    staticFiles.found(of, found);
  }

  @Override
  public void moldUnfit(int generation, String kind, String text) {
    supervisor.moldUnfit(generation, kind, text);
  }

  @Override
  public void workerReady(WorkerLink worker) {
    interfaceName = worker.isAsgi() ? "asgi" : "wsgi";
    found(interfaceName);
    generation = Math.max(generation, worker.generation());
    dispatcher.add(worker);
    supervisor.workerReady(worker.slot(), worker.generation(), worker.pid());
  }

  @Override
  public void refused(String why) {
    LOG.warn("refused a link: {}", why);
  }
}
