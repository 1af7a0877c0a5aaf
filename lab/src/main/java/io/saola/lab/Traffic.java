package io.saola.lab;

import io.saola.lab.load.Talk;

/// What the load says to a server.
sealed interface Traffic {
  /// The smallest answer, and that of every app to a plain GET whose subject is something else.
  String HELLO = "Hello world\n";

  String TEN_KB = "0123456789abcdef".repeat(640);

  String HUNDRED_KB = "0123456789abcdef".repeat(6400);

  /// wrk asks for that body, at whatever path.
  record Get(String body) implements Traffic {}

  /// wrk sends that body, by a script, and gets it back.
  record Post(String body, String script) implements Traffic {}

  /// wrk asks for a page whose body the app itself has told before, in a process of its own without
  /// a server.
  record Page(String path) implements Traffic {}

  /// wrk asks for what is quick, and is measured; a second wrk asks for what is slow, on one
  /// connection less than there are workers, so that there is always a worker that is free.
  record Mixed(String body, String slowPath) implements Traffic {}

  /// The lab's own clients.
  record Sockets(Talk talk) implements Traffic {}
}
