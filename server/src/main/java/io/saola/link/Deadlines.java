package io.saola.link;

/// Looks after the time of the requests in one worker. Owned by the link's event loop.
interface Deadlines {
  /// Tells those whose time is up, and forgets those that were told a grace ago.
  Look look(long now, Limits limits);
}
