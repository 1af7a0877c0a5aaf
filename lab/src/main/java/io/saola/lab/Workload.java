package io.saola.lab;

import io.saola.lab.load.Talk;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What is asked of every server alike: an app in `lab/apps`, and the load for it.
enum Workload {
  HELLO("hello", "hello", Unit.REQUEST, 0, "GET of 12 bytes"),
  TEN_K("10k", "10k", Unit.REQUEST, 0, "GET of 10 KB"),
  ECHO("echo", "echo", Unit.REQUEST, 0, "POST of 10 KB, sent back"),
  SLEEP(
      "sleep",
      "sleep",
      Unit.REQUEST,
      512,
      "GET of 12 bytes after asyncio.sleep(0.01); saola with --asgi-concurrency 1000"),
  SSE(
      "sse",
      "sse",
      Unit.EVENT,
      1000,
      "an event of 50 bytes to every client each 100 ms, 10000/s in all; latency from when it was"
          + " due"),
  WS_ECHO(
      "ws-echo",
      "ws_echo",
      Unit.MESSAGE,
      64,
      "WebSocket text of 64 bytes and its echo, one at a time on each connection"),
  WS_BROADCAST(
      "ws-broadcast",
      "ws_broadcast",
      Unit.MESSAGE,
      32,
      "WebSocket text of 64 bytes from one to all, then the next; each delivery counts"),
  LATENCY(
      "latency",
      "hello",
      Unit.REQUEST,
      1,
      "GET of 12 bytes, one request at a time: what counts is p50");

  private final String label;
  private final String app;
  private final Unit unit;
  private final int connections;
  private final String text;

  /// @param connections how many it needs to be what it is; 0 for as many as were asked for
  Workload(String label, String app, Unit unit, int connections, String text) {
    this.label = label;
    this.app = app;
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

  /// What is measured when nobody asks for something by name.
  static List<Workload> usual(AppInterface appInterface) {
    return appInterface == AppInterface.WSGI ? List.of(HELLO) : List.of(values());
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
      case HELLO, SLEEP, LATENCY -> new Traffic.Get(Traffic.HELLO);
      case TEN_K -> new Traffic.Get(Traffic.TEN_KB);
      case ECHO -> new Traffic.Post(Traffic.TEN_KB, "post_10k.lua");
      case SSE -> new Traffic.Sockets(Talk.EVENTS);
      case WS_ECHO -> new Traffic.Sockets(Talk.ECHO);
      case WS_BROADCAST -> new Traffic.Sockets(Talk.BROADCAST);
    };
  }

  String text() {
    return text;
  }

  /// Whether there is an app for it.
  boolean has(AppInterface appInterface) {
    return appInterface == AppInterface.ASGI || app.equals("hello");
  }

  String target(AppInterface appInterface) {
    return (appInterface == AppInterface.ASGI ? "asgi_" + app : app) + ":app";
  }

  List<Integer> connections(List<Integer> asked) {
    return connections == 0 ? asked : List.of(connections);
  }

  /// What Saola has to be told for it beyond its defaults.
  List<String> saolaArgs(AppInterface appInterface) {
    // Its default, 100 in a worker, limits by design, as Granian's --backpressure (1024) does.
    return this == SLEEP && appInterface == AppInterface.ASGI
        ? List.of("--asgi-concurrency", "1000")
        : List.of();
  }
}
