package io.saola.lab;

import io.saola.lab.Peer.Start;
import java.util.ArrayList;
import java.util.List;

/// The servers that `lab peers` knows, each with its documented best settings for one worker.
final class Roster {
  private static final String ASGI_TWIN = Workload.HELLO.target(AppInterface.ASGI);

  private static final List<Peer> WSGI =
      List.of(
          new Peer(
              Peer.SAOLA,
              List.of(),
              false,
              true,
              "one worker, one event loop",
              start -> saola(start, List.of())),
          new Peer(
              Peer.GRANIAN,
              List.of("granian"),
              false,
              true,
              "--interface wsgi --blocking-threads 1",
              start -> granian(start, "wsgi", List.of("--blocking-threads", "1"))),
          new Peer(
              "granian-default",
              List.of("granian"),
              false,
              false,
              "--interface wsgi, blocking threads as it chooses",
              start -> granian(start, "wsgi", List.of())),
          new Peer(
              Peer.GUNICORN_SYNC,
              List.of("gunicorn"),
              false,
              true,
              "sync worker, no keep-alive: one connection per request",
              start -> gunicorn(start, List.of("-k", "sync"))),
          new Peer(
              "gunicorn-gthread",
              List.of("gunicorn"),
              false,
              true,
              "gthread worker, 4 threads",
              start -> gunicorn(start, List.of("-k", "gthread", "--threads", "4"))),
          new Peer(
              "uwsgi",
              List.of("uWSGI"),
              false,
              true,
              "--http-socket, no master, no keep-alive: one connection per request",
              Roster::uwsgi),
          new Peer(
              "waitress",
              List.of("waitress"),
              false,
              true,
              "4 threads; has no access log, warns of every queued request",
              Roster::waitress),
          new Peer(
              Peer.UVICORN,
              List.of("uvicorn", "httptools", "uvloop"),
              true,
              true,
              "httptools, uvloop, no lifespan",
              start -> uvicorn(start, ASGI_TWIN)));

  private static final List<Peer> ASGI =
      List.of(
          new Peer(
              Peer.SAOLA,
              List.of("uvloop"),
              false,
              true,
              "one worker, one event loop, uvloop, no lifespan",
              Roster::saolaAsgi),
          new Peer(
              Peer.GRANIAN,
              List.of("granian", "uvloop"),
              false,
              true,
              "--interface asginl (ASGI, no lifespan), uvloop",
              start -> granian(start, "asginl", List.of("--loop", "uvloop"))),
          new Peer(
              Peer.UVICORN,
              List.of("uvicorn", "httptools", "uvloop", "websockets"),
              false,
              true,
              "httptools, uvloop, websockets (sans-I/O), no lifespan",
              start -> uvicorn(start, start.target())),
          new Peer(
              "gunicorn-asgi",
              List.of("gunicorn", "uvloop"),
              false,
              true,
              "-k asgi, uvloop, no lifespan, --worker-connections 4096 (its default ends at 1000)",
              Roster::gunicornAsgi),
          new Peer(
              "hypercorn",
              List.of("Hypercorn", "uvloop"),
              false,
              true,
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
        .filter(peer -> only.isEmpty() ? all || peer.usual() : only.contains(peer.name()))
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
    command.addAll(List.of("-w", "1", "-b", start.address(), "--python", start.tool("python")));
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
    command.addAll(List.of("--interface", appInterface, "--workers", "1"));
    command.addAll(List.of("--host", "127.0.0.1", "--port", start.port()));
    // Its access log goes to its output, which is a file as well.
    command.add(start.accessLog() == null ? "--no-access-log" : "--access-log");
    command.addAll(more);
    command.add(start.target());
    return command;
  }

  private static List<String> gunicorn(Start start, List<String> more) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("gunicorn"));
    command.addAll(List.of("-w", "1", "-b", start.address(), "--no-control-socket"));
    if (start.accessLog() != null) {
      command.addAll(List.of("--access-logfile", start.accessLog().toString()));
    }
    command.addAll(more);
    command.add(start.target());
    return command;
  }

  private static List<String> uwsgi(Start start) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("uwsgi"));
    command.addAll(List.of("--http-socket", start.address(), "--processes", "1"));
    command.addAll(List.of("--need-app", "--die-on-term", "--listen", "1024"));
    // It closes after every answer without saying so, which a client must take for an error.
    command.addAll(List.of("--add-header", "Connection: close"));
    if (start.accessLog() == null) {
      command.add("--disable-logging");
    }
    command.addAll(List.of("--module", start.target()));
    return command;
  }

  /// Without poll and a higher limit it serves 100 connections at once and lets the others wait.
  private static List<String> waitress(Start start) {
    return List.of(
        start.tool("waitress-serve"),
        "--listen=" + start.address(),
        "--threads=4",
        "--connection-limit=4096",
        "--asyncore-use-poll",
        start.target());
  }

  private static List<String> uvicorn(Start start, String target) {
    List<String> command = new ArrayList<>();
    command.add(start.tool("uvicorn"));
    command.addAll(List.of("--host", "127.0.0.1", "--port", start.port(), "--workers", "1"));
    command.addAll(List.of("--loop", "uvloop", "--http", "httptools", "--lifespan", "off"));
    command.addAll(List.of("--ws", "websockets-sansio"));
    command.add(start.accessLog() == null ? "--no-access-log" : "--access-log");
    command.add(target);
    return command;
  }

  private static List<String> gunicornAsgi(Start start) {
    return gunicorn(
        start,
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
    command.addAll(List.of("-w", "1", "-k", "uvloop", "-b", start.address(), "--backlog", "2048"));
    command.addAll(List.of("-c", start.home().resolve("lab/hypercorn.toml").toString()));
    if (start.accessLog() != null) {
      command.addAll(List.of("--access-logfile", start.accessLog().toString()));
    }
    command.add(start.target());
    return command;
  }
}
