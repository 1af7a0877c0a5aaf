package io.saola.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a reader must know before believing the figures: that something else than the server was
/// the limit.
final class Caveats {
  /// The load is one thread, so this part of a core is nearly all it can have.
  static final double BUSY_LOAD = 0.9;

  /// Of the machine's cores, on average over the minute before: a build, a backup, another server.
  private static final double BUSY_BEFORE = 0.25;

  private Caveats() {}

  /// One sentence each; none for a quiet machine and servers slower than the load.
  static List<String> of(PeersResult result) {
    List<String> caveats = new ArrayList<>();
    List<String> loads = new ArrayList<>();
    double others = 0;
    for (Situation situation : result.situations()) {
      List<String> servers = new ArrayList<>();
      for (Map.Entry<String, Figures> one : result.figures(situation).entrySet()) {
        others = Math.max(others, one.getValue().otherCores());
        if (one.getValue().loadCores() >= BUSY_LOAD) {
          servers.add(one.getKey());
        }
      }
      if (!servers.isEmpty()) {
        loads.add(situation.name() + " (" + String.join(", ", servers) + ")");
      }
    }
    if (!loads.isEmpty()) {
      caveats.add(
          "the load had no more to give, so the rate may be its own and not the server's; CPU per"
              + " request still holds: "
              + String.join("; ", loads));
    }
    int cores = result.machine().cores();
    if (others >= Disturbance.NOTABLE_CORES) {
      caveats.add(
          String.format(
              Locale.ROOT,
              "the machine was not quiet: others took up to %.1f of its %d cores",
              others,
              cores));
    }
    if (before(result.machine()) > BUSY_BEFORE * cores) {
      caveats.add(
          "the machine was busy before the run began: load average " + result.machine().load());
    }
    if (result.method().rounds() == 1) {
      caveats.add("one round only: nothing tells how far the figures would lie apart");
    }
    return caveats;
  }

  private static double before(Machine machine) {
    try {
      return Double.parseDouble(machine.load());
    } catch (NumberFormatException _) {
      return 0;
    }
  }
}
