package io.saola.lab;

import io.saola.lab.load.Talk;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What is asked of every server alike: an app in `lab/apps`, and the load for it.
enum Workload {
  HELLO("hello", "hello:app", "asgi_hello:app", Unit.REQUEST, 0, "GET of 12 bytes"),
  TEN_K("10k", "wsgi_10k:app", "asgi_10k:app", Unit.REQUEST, 0, "GET of 10 KB"),
  HUNDRED_K("100k", "wsgi_100k:app", "asgi_100k:app", Unit.REQUEST, 0, "GET of 100 KB"),
  ECHO("echo", "wsgi_echo:app", "asgi_echo:app", Unit.REQUEST, 0, "POST of 10 KB, sent back"),
  API(
      "api",
      "",
      "asgi_api:app",
      Unit.REQUEST,
      0,
      "FastAPI: a path and a query parameter that are checked, 2 KB of JSON from a model"),
  DJANGO(
      "django",
      "bookshop.wsgi:application",
      "bookshop.asgi:application",
      Unit.REQUEST,
      0,
      "Django: 20 rows of two tables of SQLite by the ORM, a template, the usual middleware"),
  SLEEP("sleep", "wsgi_sleep:app", "asgi_sleep:app", Unit.REQUEST, 512, ""),
  SLEEP_LONG("sleep-100", "wsgi_sleep_100:app", "asgi_sleep_100:app", Unit.REQUEST, 512, ""),
  MIXED(
      "mixed",
      "wsgi_mixed:app",
      "",
      Unit.REQUEST,
      8,
      "answers of 0.1 ms, while all workers but one give answers of 100 ms; what counts is the"
          + " longest"),
  SSE(
      "sse",
      "",
      "asgi_sse:app",
      Unit.EVENT,
      1000,
      "an event of 50 bytes to every client each 100 ms, 10000/s in all; latency from when it was"
          + " due"),
  WS_ECHO(
      "ws-echo",
      "",
      "asgi_ws_echo:app",
      Unit.MESSAGE,
      64,
      "WebSocket text of 64 bytes and its echo, one at a time on each connection"),
  WS_BROADCAST(
      "ws-broadcast",
      "",
      "asgi_ws_broadcast:app",
      Unit.MESSAGE,
      32,
      "WebSocket text of 64 bytes from one to all, then the next; each delivery counts"),
  LATENCY(
      "latency",
      "hello:app",
      "asgi_hello:app",
      Unit.REQUEST,
      1,
      "GET of 12 bytes, one request at a time: what counts is p50");

  /// Threads of a WSGI worker whose app waits.
  private static final int MANY_THREADS = 64;

  private final String label;
  private final String wsgi;
  private final String asgi;
  private final Unit unit;
  private final int connections;
  private final String text;

  /// @param wsgi the app, `module:attribute`; empty if there is none
  /// @param asgi the same for ASGI
  /// @param connections how many it needs to be what it is; 0 for as many as were asked for
  Workload(String label, String wsgi, String asgi, Unit unit, int connections, String text) {
    this.label = label;
    this.wsgi = wsgi;
    this.asgi = asgi;
    this.unit = unit;
    this.connections = connections;
    this.text = text;
  }

  static Optional<Workload> of(String label) {
    return Arrays.stream(values()).filter(one -> one.label.equals(label)).findFirst();
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(Workload::label).toList();
  }

  /// All that there is an app for.
  static List<Workload> all(AppInterface appInterface) {
    return Arrays.stream(values()).filter(one -> one.has(appInterface)).toList();
  }

  /// What is measured when nobody asks for something by name.
  static List<Workload> usual(AppInterface appInterface) {
    return appInterface == AppInterface.WSGI ? List.of(HELLO) : all(appInterface);
  }

  /// What is measured to see that everything runs.
  static List<Workload> quick(AppInterface appInterface) {
    return appInterface == AppInterface.WSGI
        ? List.of(HELLO, TEN_K, ECHO, DJANGO)
        : List.of(HELLO, TEN_K, ECHO, API);
  }

  /// As on the command line.
  String label() {
    return label;
  }

  Unit unit() {
    return unit;
  }

  Traffic traffic() {
    return switch (this) {
      case HELLO, SLEEP, SLEEP_LONG, LATENCY -> new Traffic.Get(Traffic.HELLO);
      case TEN_K -> new Traffic.Get(Traffic.TEN_KB);
      case HUNDRED_K -> new Traffic.Get(Traffic.HUNDRED_KB);
      case ECHO -> new Traffic.Post(Traffic.TEN_KB, "post_10k.lua");
      case API -> new Traffic.Page("/orders/17?lines=20");
      case DJANGO -> new Traffic.Page("/books/");
      case MIXED -> new Traffic.Mixed(Traffic.HELLO, "/slow");
      case SSE -> new Traffic.Sockets(Talk.EVENTS);
      case WS_ECHO -> new Traffic.Sockets(Talk.ECHO);
      case WS_BROADCAST -> new Traffic.Sockets(Talk.BROADCAST);
    };
  }

  String text() {
    return switch (this) {
      case SLEEP -> sleepText("10 ms");
      case SLEEP_LONG -> sleepText("100 ms");
      default -> text;
    };
  }

  private static String sleepText(String time) {
    return "GET of 12 bytes after "
        + time
        + " in which the app waits; WSGI in "
        + MANY_THREADS
        + " threads, ASGI on saola with --asgi-concurrency 1000";
  }

  /// Whether there is an app for it.
  boolean has(AppInterface appInterface) {
    return !target(appInterface).isEmpty();
  }

  /// `module:attribute`, in `lab/apps`.
  String target(AppInterface appInterface) {
    return appInterface == AppInterface.ASGI ? asgi : wsgi;
  }

  List<Integer> connections(List<Integer> asked) {
    return connections == 0 ? asked : List.of(connections);
  }

  /// Those of the numbers that it can be measured with, or the least it needs.
  List<Integer> workers(List<Integer> asked) {
    return switch (this) {
      // Its room is a dictionary: who is in another process is in another room.
      case WS_BROADCAST -> List.of(1);
      case MIXED -> {
        List<Integer> several = asked.stream().filter(workers -> workers > 1).toList();
        yield several.isEmpty() ? List.of(2) : several;
      }
      default -> asked;
    };
  }

  /// How many threads a worker needs for it; 0 for as many as a server has by its own settings.
  int threads(AppInterface appInterface) {
    return appInterface == AppInterface.WSGI && waits() ? MANY_THREADS : 0;
  }

  /// Whether its app does little else.
  boolean waits() {
    return this == SLEEP || this == SLEEP_LONG;
  }

  /// What the lab's virtual environment must hold for its app.
  List<String> packages() {
    return switch (this) {
      case API -> List.of("fastapi");
      case DJANGO -> List.of("Django");
      default -> List.of();
    };
  }

  /// What Saola has to be told for it beyond its defaults.
  List<String> saolaArgs(AppInterface appInterface) {
    // Its default, 100 in a worker, limits by design, as Granian's --backpressure (1024) does.
    return waits() && appInterface == AppInterface.ASGI
        ? List.of("--asgi-concurrency", "1000")
        : List.of();
  }
}
