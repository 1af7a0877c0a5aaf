package io.saola.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/// A server in one of its ways to load an app, in `lab chaos`.
///
/// @param mishaps what it is measured in
/// @param packages what the lab's virtual environment must hold for it
/// @param said how it says in its output what the lab has to wait for
/// @param published the worst latency, in ms, of the same experiment by hand: four workers that
///   were recycled, of an app that imports for 2 s; NaN where nobody has made it
/// @param note how it is set up, for the foot of the table
record ChaosRow(
    String server,
    String name,
    List<Mishap> mishaps,
    List<String> packages,
    Said said,
    double published,
    String note,
    Function<Contender.Place, List<String>> command) {

  private static final String GUNICORN = "gunicorn";
  private static final String APP = "chaos:app";
  private static final Pattern NEVER = Pattern.compile("(?!)");

  /// What is in a server's output.
  ///
  /// @param ready when a worker, or the server with all of them, has started
  /// @param perWorker whether each worker says so
  /// @param reloaded when a reload has worked; where `perWorker`, once for each
  /// @param refused when it has not
  record Said(Pattern ready, boolean perWorker, Pattern reloaded, Pattern refused) {}

  private static final Said SAOLA_SAYS =
      new Said(
          Pattern.compile("\\] saola \\S+ serves .* ready in "),
          false,
          Pattern.compile("\\] reloaded gen="),
          Pattern.compile("\\] not reloaded, gen="));

  private static final Pattern GUNICORN_READY = Pattern.compile("lab: worker ready ");
  private static final Said GUNICORN_SAYS =
      new Said(GUNICORN_READY, true, GUNICORN_READY, Pattern.compile("Worker failed to boot"));

  private static final List<ChaosRow> ALL =
      List.of(
          saola(LoadMode.PREWARM, List.of(Mishap.values()), "the import is the mold's alone"),
          saola(LoadMode.PREFORK, List.of(Mishap.RECYCLE), "each new worker imports the app"),
          gunicorn(GUNICORN, List.of(Mishap.values()), List.of(), 2143, "sync workers"),
          gunicorn(
              GUNICORN + " --preload",
              List.of(Mishap.RECYCLE),
              List.of("--preload"),
              Double.NaN,
              "sync workers; cannot be reloaded"));

  static List<String> servers() {
    return ALL.stream().map(ChaosRow::server).distinct().toList();
  }

  static List<ChaosRow> all() {
    return ALL;
  }

  static ChaosRow of(String name) {
    return ALL.stream().filter(row -> row.name.equals(name)).findFirst().orElseThrow();
  }

  /// The rows asked for, in the order of the roster.
  static List<ChaosRow> select(List<String> only, Mishap mishap) {
    return ALL.stream()
        .filter(row -> row.mishaps.contains(mishap))
        .filter(row -> only.isEmpty() || only.contains(row.server))
        .toList();
  }

  /// @param flags that every server knows by the same name
  List<String> command(Contender.Place place, List<String> flags) {
    List<String> all = new ArrayList<>(command.apply(place));
    all.addAll(flags);
    return all;
  }

  boolean hasStarted(String output, int workers) {
    return said.ready().matcher(output).results().count() >= times(workers);
  }

  /// How often a server says that it has started or reloaded, by the time it has.
  int times(int workers) {
    return said.perWorker() ? workers : 1;
  }

  boolean isSaola() {
    return server.equals(Peer.SAOLA);
  }

  private static ChaosRow saola(LoadMode mode, List<Mishap> mishaps, String note) {
    return new ChaosRow(
        Peer.SAOLA,
        Peer.SAOLA + " " + mode.label(),
        mishaps,
        List.of(),
        SAOLA_SAYS,
        Double.NaN,
        "--load " + mode.label() + "; " + note,
        place -> {
          List<String> command = new ArrayList<>();
          command.add(place.home().resolve("saola").toString());
          command.addAll(List.of("serve", APP, "--chdir", place.project().toString()));
          command.addAll(List.of("-w", Integer.toString(place.workers()), "-b", place.address()));
          command.addAll(List.of("--python", place.tool("python"), "--load", mode.label()));
          command.addAll(place.saolaArgs());
          return command;
        });
  }

  private static ChaosRow gunicorn(
      String name, List<Mishap> mishaps, List<String> more, double published, String note) {
    return new ChaosRow(
        GUNICORN,
        name,
        mishaps,
        List.of(GUNICORN),
        more.isEmpty() ? GUNICORN_SAYS : new Said(GUNICORN_READY, true, NEVER, NEVER),
        published,
        note,
        place -> {
          List<String> command = new ArrayList<>();
          command.addAll(List.of(place.tool(GUNICORN), "-w", Integer.toString(place.workers())));
          command.addAll(List.of("-b", place.address(), "--no-control-socket", "-c"));
          command.add(place.home().resolve("lab/gunicorn_ready.py").toString());
          command.addAll(more);
          command.add(APP);
          return command;
        });
  }
}
