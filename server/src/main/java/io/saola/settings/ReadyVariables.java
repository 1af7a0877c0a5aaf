package io.saola.settings;

import java.util.Set;

/// What the command of `--when-ready` finds in its environment, beside the server's own.
///
/// They are no settings, and a `saola` that the command runs must not take them for mistaken ones.
public final class ReadyVariables {
  /// The server's process id.
  public static final String PID = "SAOLA_SERVER_PID";

  /// Where it can be reached, separated by spaces.
  public static final String ADDRESSES = "SAOLA_SERVER_ADDRESSES";

  /// Of the app that it serves.
  public static final String GENERATION = "SAOLA_SERVER_GENERATION";

  /// The process id of the server that it has taken over from; not set if there is none.
  public static final String PREDECESSOR = "SAOLA_SERVER_PREDECESSOR";

  static final Set<String> ALL = Set.of(PID, ADDRESSES, GENERATION, PREDECESSOR);

  private ReadyVariables() {}
}
