package io.saola.lab;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is asked of `lab startup`: relations between figures of Saola's own.
final class StartupRelations {
  /// Memory is shared out among workers: with fewer, or a smaller project, there is less to share.
  private static final int WORKERS_TO_SHARE = 10;

  private static final double SHARED = 3.8;
  private static final double AIM_MEBIBYTES = 170;
  private static final double AIM_SINCE_FORK_MILLIS = 50;

  private StartupRelations() {}

  /// All of them, one in a line: asked, measured, reached or missed. Nothing without prewarm.
  static List<String> verdicts(Map<String, StartupFigures> figures, int workers, int models) {
    StartupFigures prewarm = figures.get("saola prewarm");
    if (prewarm == null) {
      return List.of();
    }
    StartupFigures lazy = figures.get("saola lazy");
    StartupFigures prefork = figures.get("saola prefork");
    boolean shares = workers >= WORKERS_TO_SHARE && models >= StartupOptions.USUAL_MODELS;
    return List.of(
        judged(startup(prewarm, prefork), shares),
        firstBesideSteady(prewarm).verdict(),
        firstBesideLazy(prewarm, lazy).verdict(),
        judged(memory(prewarm, lazy), shares)
            + String.format(Locale.ROOT, " (aim: %.0f MiB)", AIM_MEBIBYTES),
        sinceFork(prewarm).verdict());
  }

  private static Relation startup(StartupFigures prewarm, @Nullable StartupFigures prefork) {
    return new Relation(
        "startup(prewarm) < startup(prefork) / 3",
        prewarm.startupSeconds(),
        prefork == null ? Double.NaN : prefork.startupSeconds() / 3,
        "s");
  }

  private static Relation firstBesideSteady(StartupFigures prewarm) {
    return new Relation(
        "first(prewarm) < 2 x steady p50(prewarm)",
        prewarm.firstMillis(),
        2 * prewarm.steadyMillis(),
        "ms");
  }

  private static Relation firstBesideLazy(StartupFigures prewarm, @Nullable StartupFigures lazy) {
    return new Relation(
        "first(prewarm) < first(lazy) / 5",
        prewarm.firstMillis(),
        lazy == null ? Double.NaN : lazy.firstMillis() / 5,
        "ms");
  }

  private static Relation memory(StartupFigures prewarm, @Nullable StartupFigures lazy) {
    return new Relation(
        "PSS(prewarm) <= PSS(lazy) / " + SHARED,
        prewarm.pythonMebibytes(),
        lazy == null ? Double.NaN : lazy.pythonMebibytes() / SHARED,
        "MiB");
  }

  private static Relation sinceFork(StartupFigures prewarm) {
    return new Relation(
        "from its fork to serving, a recycled worker of prewarm",
        prewarm.sinceForkMillis(),
        AIM_SINCE_FORK_MILLIS,
        "ms");
  }

  /// @param enough whether there are enough workers and models for it
  private static String judged(Relation relation, boolean enough) {
    return enough
        ? relation.verdict()
        : String.format(
            "%s: not judged below %d workers and %d models",
            relation.asked(), WORKERS_TO_SHARE, StartupOptions.USUAL_MODELS);
  }
}
