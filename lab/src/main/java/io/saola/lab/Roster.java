package io.saola.lab;

import io.saola.lab.Peer.Start;
import io.saola.lab.Peer.Trait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The servers that `lab peers` knows, each with its documented best settings.
final class Roster {
  private static final int FEW_THREADS = 4;

  private static final List<Peer> WSGI =
      List.of(
          new Peer(
              Peer.SAOLA,
              List.of(),
              Set.of(),
              "one event loop",
              start -> saola(start, List.of("--threads", start.threads(1)))),
          new Peer(
              Peer.GRANIAN,
              List.of("granian"),
              Set.of(),
              "--interface wsgi --blocking-threads 1",
              start -> granian(start, "wsgi", List.of("--blocking-threads", start.threads(1)))),
          new Peer(
              "granian-default",
              List.of("granian"),
              Set.of(Trait.UNUSUAL),
              "--interface wsgi, blocking threads as it chooses",
              start -> granian(start, "wsgi", List.of())),
          new Peer(
              Peer.GUNICORN_SYNC,
              List.of("gunicorn"),
              Set.of(Trait.ONE_AT_A_TIME),
              "sync worker, no keep-alive: one connection per request",
              start -> gunicorn(start, start.address(), List.of("-k", "sync"))),
          new Peer(
              "gunicorn-gthread",
              List.of("gunicorn"),
              Set.of(),
              "gthread worker, 4 threads",
              start ->
                  gunicorn(
                      start,
                      start.address(),
                      List.of("-k", "gthread", "--threads", start.threads(FEW_THREADS)))),
          new Peer(
              "nginx-gunicorn",
              List.of("gunicorn"),
              Set.of(Trait.UNUSUAL, Trait.NGINX, Trait.ONE_AT_A_TIME),
              "sync worker behind nginx with as many worker processes, on a Unix socket",
              start ->
                  behindNginx(
                      start,
                      false,
                      gunicorn(start, "unix:" + start.socket(), List.of("-k", "sync")))),
          new Peer(
              "uwsgi",
              List.of("uWSGI"),
              Set.of(),
              "--http-socket, no keep-alive: one connection per request; a master above several"
                  + " workers",
              Roster::uwsgiAlone),
          new Peer(
              "nginx-uwsgi",
              List.of("uWSGI"),
              Set.of(Trait.UNUSUAL, Trait.NGINX),
              "behind nginx with as many worker processes, uwsgi protocol on a Unix socket",
              start -> behindNginx(start, true, uwsgi(start, List.of("--socket", start.socket())))),
          new Peer(
              "waitress",
              List.of("waitress"),
              Set.of(Trait.ONE_WORKER),
              "4 threads; has no access log, warns of every queued request",
              Roster::waitress),
          new Peer(
              Peer.UVICORN,
              List.of("uvicorn", "httptools", "uvloop"),
              Set.of(Trait.TWIN),
              "httptools, uvloop, no lifespan",
              start -> uvicorn(start, "uvloop", "httptools")));

  private static final List<Peer> ASGI =
      List.of(
          new Peer(
              Peer.SAOLA,
              List.of("uvloop"),
              Set.of(),
              "one event loop, uvloop, no lifespan",
              Roster::saolaAsgi),
          new Peer(
              Peer.GRANIAN,
              List.of("granian", "uvloop"),
              Set.of(),
              "--interface asginl (ASGI, no lifespan), uvloop",
              start -> granian(start, "asginl", List.of("--loop", "uvloop"))),
          new Peer(
              Peer.UVICORN,
              List.of("uvicorn", "httptools", "uvloop", "websockets"),
              Set.of(),
              "httptools, uvloop, websockets (sans-I/O), no lifespan",
              start -> uvicorn(start, "uvloop", "httptools")),
          new Peer(
              "uvicorn-h11",
              List.of("uvicorn", "h11", "websockets"),
              Set.of(Trait.UNUSUAL),
              "h11, asyncio, websockets (sans-I/O), no lifespan: what a plain pip install gives",
              start -> uvicorn(start, "asyncio", "h11")),
          new Peer(
              "gunicorn-asgi",
              List.of("gunicorn", "uvloop"),
              Set.of(),
              "-k asgi, uvloop, no lifespan, --worker-connections 4096 (its default ends at 1000)",
              Roster::gunicornAsgi),
          new Peer(
              "hypercorn",
              List.of("Hypercorn", "uvloop"),
              Set.of(),
              "uvloop, --backlog 2048 (its default is 100), no end of connections after 1000"
                  + " requests",
              Roster::hypercorn));

  private Roster() {}

  static List<String> names(AppInterface appInterface) {
    return of(appInterface).stream().map(Peer::name).toList();
  }

  /// The peers asked for, in the order of the roster.
  static List<Peer> select(AppInterface appInterface, List<String> only, boolean all) {
    return of(appInterface).stream()
        .filter(
            peer -> only.isEmpty() ? all || !peer.is(Trait.UNUSUAL) : only.contains(peer.name()))
        .toList();
  }

  private static List<Peer> of(AppInterface appInterface) {
    return appInterface == AppInterface.WSGI ? WSGI : ASGI;
  }

  private static List<String> saola(Start start, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(start.home().resolve("saola").toString());
    command.addAll(List.of("serve", start.target(), "--chdir"));
    command.add(start.home().resolve("lab/apps").toString());
    command.addAll(List.of("-w", start.count(), "-b", start.address()));
    command.addAll(List.of("--python", start.tool("python")));
    if (start.accessLog() != null) {
      command.addAll(List.of("--access-logfile", start.accessLog().toString()));
    }
    command.addAll(more);
    command.addAll(start.saolaArgs());
    return command;
  }

  private static List<String> saolaAsgi(Start start) {
    return saola(start, List.of("--interface", "asgi", "--loop", "uvloop", "--lifespan", "off"));
  }

  private static List<String> granian(Start start, String appInterface, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("granian"));
    command.addAll(List.of("--interface", appInterface, "--workers", start.count()));
    command.addAll(List.of("--host", "127.0.0.1", "--port", start.port()));
    // Its access log goes to its output, which is a file as well.
    command.add(start.accessLog() == null ? "--no-access-log" : "--access-log");
    command.addAll(more);
    command.add(start.target());
    return command;
  }

  private static List<String> gunicorn(Start start, String bind, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("gunicorn"));
    command.addAll(List.of("-w", start.count(), "-b", bind, "--no-control-socket"));
    if (start.accessLog() != null) {
      command.addAll(List.of("--access-logfile", start.accessLog().toString()));
    }
    command.addAll(more);
    command.add(start.target());
    return command;
  }

  private static List<String> uwsgiAlone(Start start) {
    // It closes after every answer without saying so, which a client must take for an error.
    return uwsgi(
        start, List.of("--http-socket", start.address(), "--add-header", "Connection: close"));
  }

  private static List<String> uwsgi(Start start, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("uwsgi"));
    command.addAll(more);
    command.addAll(List.of("--processes", start.count()));
    if (start.workers() > 1) {
      command.add("--master");
    }
    if (start.threads() > 0) {
      command.addAll(List.of("--threads", start.threads(1)));
    }
    command.addAll(List.of("--need-app", "--die-on-term", "--listen", "1024"));
    if (start.accessLog() == null) {
      command.add("--disable-logging");
    }
    command.addAll(List.of("--module", start.target()));
    return command;
  }

  private static List<String> behindNginx(Start start, boolean uwsgi, List<String> server) {
    try {
      return new Nginx(Nginx.find().orElse(Path.of("nginx")), start.scratch())
          .beforeMeasured(
              start.address(),
              Path.of(start.socket()),
              start.workers(),
              uwsgi,
              server,
              start.home().resolve("lab/behind_nginx.sh"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Without poll and a higher limit it serves 100 connections at once and lets the others wait.
  private static List<String> waitress(Start start) {
    return List.of(
        start.tool("waitress-serve"),
        "--listen=" + start.address(),
        "--threads=" + start.threads(FEW_THREADS),
        "--connection-limit=4096",
        "--asyncore-use-poll",
        start.target());
  }

  private static List<String> uvicorn(Start start, String loop, String http) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("uvicorn"));
    command.addAll(List.of("--host", "127.0.0.1", "--port", start.port()));
    command.addAll(List.of("--workers", start.count()));
    command.addAll(List.of("--loop", loop, "--http", http, "--lifespan", "off"));
    command.addAll(List.of("--ws", "websockets-sansio"));
    command.add(start.accessLog() == null ? "--no-access-log" : "--access-log");
    command.add(start.target());
    return command;
  }

  private static List<String> gunicornAsgi(Start start) {
    return gunicorn(
        start,
        start.address(),
        List.of(
            "-k",
            "asgi",
            "--asgi-loop",
            "uvloop",
            "--asgi-lifespan",
            "off",
            "--worker-connections",
            "4096"));
  }

  private static List<String> hypercorn(Start start) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("hypercorn"));
    command.addAll(List.of("-w", start.count(), "-k", "uvloop"));
    command.addAll(List.of("-b", start.address(), "--backlog", "2048"));
    command.addAll(List.of("-c", start.home().resolve("lab/hypercorn.toml").toString()));
    if (start.accessLog() != null) {
      command.addAll(List.of("--access-logfile", start.accessLog().toString()));
    }
    command.add(start.target());
    return command;
  }
}
