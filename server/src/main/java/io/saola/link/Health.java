package io.saola.link;

/// How it is with the time of the requests in a worker that runs several at once.
public enum Health {
  /// None has had more time than it may.
  WELL,

  /// One has, and others may still end well.
  FINISHING,

  /// Nothing that it does may still end well.
  DONE_FOR
}
