package io.saola.boot;

import io.saola.control.RefusedException;
import io.saola.front.Listeners;
import io.saola.observe.Counters;
import io.saola.settings.BufferRequests;
import io.saola.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The course of a server whose processes have been started: it waits for what happens, opens when
/// the app is ready, and ends when it is told to, or must.
final class Serving {
  private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

  /// In place of an exit code: the app has changed before it could be served.
  static final int AGAIN = -1;

  private static final String CRASH = "crash";

  private final Settings settings;
  private final BlockingQueue<Outcome> outcomes;
  private final Counters counters;
  private final Links links;
  private final Place place;
  private final Entrance entrance;
  private final Handover handover;
  private final Reloader reloader;
  private final AutoReload autoReload;
  private final Drain drain;
  private boolean ready;

  Serving(
      Settings settings,
      BlockingQueue<Outcome> outcomes,
      Counters counters,
      Links links,
      Place place,
      Entrance entrance,
      Handover handover,
      Reloader reloader,
      AutoReload autoReload,
      Drain drain) {
    this.settings = settings;
    this.outcomes = outcomes;
    this.counters = counters;
    this.links = links;
    this.place = place;
    this.entrance = entrance;
    this.handover = handover;
    this.reloader = reloader;
    this.autoReload = autoReload;
    this.drain = drain;
  }

  /// Serves until the end.
  ///
  /// @param whenReady told when the listeners are open
  /// @return the exit code, or [#AGAIN]
  int untilStopped(Consumer<Listeners> whenReady)
      throws IOException, RefusedException, InterruptedException {
    while (true) {
      switch (outcomes.take()) {
        case Outcome.Ready() -> {
          if (refuses()) {
            return 78;
          }
          Listeners opened = entrance.open();
          ready = true;
          autoReload.catchUp();
          whenReady.accept(opened);
        }
        case Outcome.Failed failed -> {
          if (isEnd(failed)) {
            return failed.exitCode();
          }
        }
        case Outcome.Changed() -> {
          if (ready) {
            reloader.request();
          } else if (!place.isInherited()) {
            return AGAIN; // nothing to lose: what loads now is old
          }
        }
        case Outcome.Crashed(String account) -> {
          crashed(account);
          return Server.INTERNAL;
        }
        case Outcome.KeeperGone() -> {
          LOG.error("the keeper of the Python processes has died, and they with it");
          return Server.INTERNAL;
        }
        case Outcome.HandedOver(long pid) -> {
          handedOver(pid);
          return 0;
        }
        case Outcome.Stop(String signal) -> {
          handover.close();
          stopped(signal);
          return 0;
        }
      }
    }
  }

  private boolean isEnd(Outcome.Failed failed) {
    if (!failed.message().isEmpty()) {
      LOG.error("{}", failed.message());
      place.failed(failed.message());
    }
    return place.isInherited() || !autoReload.waits(failed.exitCode());
  }

  private void stopped(String signal) throws InterruptedException {
    Listeners open = entrance.listeners();
    Duration delay = ready ? settings.server().drainDelay() : Duration.ZERO;
    if (open != null && drain.linger(signal, delay)) {
      open.close();
      drain.run(signal, settings.workers().gracefulTimeout());
    }
    LOG.info("stopped after {}", total());
  }

  /// Whoever started the server shall start all of it anew.
  private void crashed(String account) throws InterruptedException {
    LOG.error("the server ends with one of its processes (--crash-together): {}", account);
    place.failed(account);
    handover.close();
    Listeners open = entrance.listeners();
    if (open != null && drain.linger(CRASH, Duration.ZERO)) {
      open.close();
      drain.run(CRASH, settings.workers().gracefulTimeout());
    }
    LOG.info("ended after {}", total());
  }

  private void handedOver(long pid) throws InterruptedException {
    Listeners open = entrance.listeners();
    if (open != null) {
      open.handOver();
      drain.farewell(pid, settings.workers().gracefulTimeout());
    }
    LOG.info("ended after {}, pid={} serves on", total(), pid);
  }

  /// What only the app, and not the settings alone, shows to be wrong.
  private boolean refuses() {
    if (links.interfaceName().equals("asgi") && !settings.workers().reforkAfter().isEmpty()) {
      LOG.error(
          "--refork-after is for WSGI, and {} is an ASGI app, whose event loop cannot be forked:"
              + " leave it out",
          links.app());
      return true;
    }
    if (links.interfaceName().equals("wsgi") && settings.spool().buffer() == BufferRequests.OFF) {
      LOG.error(
          "--buffer-requests off is for ASGI, and {} is a WSGI app, which a slow client would hold a"
              + " worker of: leave it out",
          links.app());
      return true;
    }
    return false;
  }

  private String total() {
    Counters.Snapshot count = counters.snapshot();
    long requests = count.answered().values().stream().mapToLong(Long::longValue).sum();
    String rejected =
        count.rejected().entrySet().stream()
            .map(reason -> reason.getKey().code() + "=" + reason.getValue())
            .collect(Collectors.joining(" "));
    return (requests == 1 ? "1 request" : requests + " requests")
        + (rejected.isEmpty() ? "" : ", rejected: " + rejected);
  }
}
