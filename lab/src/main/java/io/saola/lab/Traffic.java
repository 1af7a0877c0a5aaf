package io.saola.lab;

import io.saola.lab.load.Talk;

/// What the load says to a server.
sealed interface Traffic {
  /// The smallest answer, and that of every app to a plain GET whose subject is something else.
  String HELLO = "Hello world\n";

  String TEN_KB = "0123456789abcdef".repeat(640);

  /// wrk asks for that body.
  record Get(String body) implements Traffic {}

  /// wrk sends that body, by a script, and gets it back.
  record Post(String body, String script) implements Traffic {}

  /// The lab's own clients.
  record Sockets(Talk talk) implements Traffic {}
}
