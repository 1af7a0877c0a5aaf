package io.saola.boot;

/// What the thread that runs the server waits for.
sealed interface Outcome {
  /// Every worker is ready.
  record Ready() implements Outcome {}

  /// The server cannot start; `message` is for the operator, empty if everything was said already.
  record Failed(int exitCode, String message) implements Outcome {}

  /// A file of the app has changed (`--reload`).
  record Changed() implements Outcome {}

  /// A process has died that nobody had told to, and the server shall end with it
  /// (`--crash-together`); `account` says which, how, and at what.
  record Crashed(String account) implements Outcome {}

  /// The keeper has died.
  record KeeperGone() implements Outcome {}

  /// Somebody asks the server to stop.
  record Stop(String signal) implements Outcome {}

  /// Another process serves from now on.
  record HandedOver(long pid) implements Outcome {}
}
