package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.control.RefusedException;
import io.saola.exchange.Exchanges;
import io.saola.front.Inherited;
import io.saola.front.Listeners;
import io.saola.front.http1.Http1;
import io.saola.settings.AnswerSettings;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where clients come in: closed until the app is ready, or, with `--listen-early`, open from the
/// start to be told that it is not.
final class Entrance {
  private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

  private final Place place;
  private final EventLoop loop;
  private final AutoStatic staticFiles;
  private final Links links;
  private final Http1 http1;
  private final Inherited sockets;
  private final Exchanges exchanges;
  private @Nullable Listeners listeners;

  /// @param http1 answers by whatever it was made with, until the app is ready
  /// @param sockets that another server has handed over
  /// @param exchanges by which it answers when the app is ready
  Entrance(Place place, AppSide app, Http1 http1, Inherited sockets, Exchanges exchanges) {
    this.place = place;
    this.loop = app.loop();
    this.staticFiles = app.staticFiles();
    this.links = app.links();
    this.http1 = http1;
    this.sockets = sockets;
    this.exchanges = exchanges;
  }

  /// Lets clients in before the app is ready.
  ///
  /// @throws RefusedException with a line for the operator
  void openEarly() throws RefusedException {
    Listeners opened = place.open(loop, http1, sockets);
    listeners = opened;
    LOG.info(
        "listening on {}: requests are answered 503 until the app is ready (--listen-early)",
        String.join(", ", opened.urls()));
  }

  /// The app of this generation serves from now on, and says itself where its static files are.
  void sendFiles(int generation) {
    staticFiles.serve(generation, files -> loop.execute(() -> exchanges.send(files)));
  }

  /// What is open; null before that.
  @Nullable Listeners listeners() {
    return listeners;
  }

  /// From now on answers are like this. Only on the loop.
  void change(AnswerSettings answers) {
    http1.change(answers);
  }

  /// The app is ready: whoever is in, and whoever comes, is served.
  ///
  /// @throws RefusedException with a line for the operator
  Listeners open() throws RefusedException, IOException {
    sendFiles(links.generation());
    loop.submit(() -> http1.answerBy(exchanges)).syncUninterruptibly();
    Listeners open = listeners;
    if (open == null) {
      open = place.open(loop, http1, sockets);
      listeners = open;
    }
    place.take(open);
    return open;
  }

  /// By which it answers when the app is ready.
  Exchanges exchanges() {
    return exchanges;
  }
}
