package io.saola.lab;

import io.saola.lab.Contender.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The rows of `lab startup`: Saola in all its modes, and its peers in what comes near them.
final class StartupRoster {
  static final String REFORK_AFTER = "--refork-after";

  /// Requests after which a worker becomes the mold; each is asked for more than that.
  private static final String REFORK_AT = "60";

  private static final String WARMUP = "--warmup";
  private static final String APP = "project.wsgi:application";
  private static final String THIN = "project.thin:application";
  private static final String WARM = "project.warm:application";

  /// A project with ballast takes as long as it takes; what is measured is not whether it may.
  private static final String PATIENCE = "600";

  private static final Pattern SAOLA_READY = Pattern.compile("\\] saola \\S+ serves .* ready in ");
  private static final Pattern GUNICORN_READY = Pattern.compile("lab: worker ready ");
  private static final Pattern UWSGI_SPAWNED = Pattern.compile("spawned uWSGI worker \\d");
  private static final Pattern UWSGI_LOADED = Pattern.compile("WSGI app 0 .* ready in ");

  private static final List<Contender> ALL =
      List.of(
          saola(LoadMode.LAZY, Published.SAOLA_LAZY, List.of(), "--load lazy"),
          saola(LoadMode.PREFORK, Published.SAOLA_PREFORK, List.of(), "--load prefork"),
          saola(
              LoadMode.PREWARM,
              Published.SAOLA_PREWARM,
              List.of(),
              "--load prewarm, and --warmup with the page, where it has that"),
          saola(
              LoadMode.REFORK,
              Published.SAOLA_REFORK,
              List.of(REFORK_AFTER),
              "--load prewarm "
                  + REFORK_AFTER
                  + " "
                  + REFORK_AT
                  + "; memory and after: once renewed"),
          gunicorn("gunicorn", LoadMode.PREFORK, List.of(), "sync workers"),
          gunicorn(
              "gunicorn --preload",
              LoadMode.PREWARM,
              List.of("--preload"),
              "sync workers, no warm-up"),
          uwsgi(
              "uwsgi lazy",
              LoadMode.LAZY,
              UWSGI_SPAWNED,
              Published.UWSGI_LAZY,
              List.of("--module", THIN),
              "a module that loads Django in the first request"),
          uwsgi(
              "uwsgi lazy-apps",
              LoadMode.PREFORK,
              UWSGI_LOADED,
              Published.UWSGI_LAZY_APPS,
              List.of("--lazy-apps", "--module", APP),
              "each worker loads after the fork"),
          uwsgi(
              "uwsgi prefork",
              LoadMode.PREFORK,
              UWSGI_LOADED,
              Published.UWSGI_PREFORK,
              List.of("--lazy-apps", "--module", WARM),
              "each worker loads after the fork, and the module asks itself for the page"),
          uwsgi(
              "uwsgi prewarm",
              LoadMode.PREWARM,
              UWSGI_SPAWNED,
              Published.UWSGI_PREWARM,
              List.of("--module", WARM),
              "the master loads, the module asks itself for the page; no gc.freeze()"));

  private StartupRoster() {}

  static List<String> servers() {
    return ALL.stream().map(Contender::server).distinct().toList();
  }

  /// The rows asked for, in the order of the roster.
  static List<Contender> select(List<String> only, List<LoadMode> modes) {
    return ALL.stream()
        .filter(one -> modes.contains(one.mode()))
        .filter(one -> only.isEmpty() || only.contains(one.server()))
        .toList();
  }

  private static Contender saola(
      LoadMode mode, Published published, List<String> flags, String note) {
    return new Contender(
        Peer.SAOLA,
        "saola " + mode.label(),
        mode,
        List.of(),
        flags,
        SAOLA_READY,
        false,
        published,
        note,
        place -> saola(place, mode));
  }

  private static List<String> saola(Place place, LoadMode mode) {
    List<String> command = new ArrayList<>();
    command.add(place.home().resolve("saola").toString());
    command.addAll(List.of("serve", APP, "--chdir", place.project().toString()));
    command.addAll(List.of("--interface", "wsgi", "-w", Integer.toString(place.workers())));
    command.addAll(List.of("-b", place.address(), "--python", place.tool("python")));
    command.addAll(List.of("--timeout", PATIENCE, "--boot-timeout", PATIENCE));
    boolean warm = mode == LoadMode.PREWARM || mode == LoadMode.REFORK;
    command.addAll(List.of("--load", warm ? LoadMode.PREWARM.label() : mode.label()));
    if (warm && place.flags().contains(WARMUP)) {
      command.addAll(List.of(WARMUP, DjangoProject.PAGE));
    }
    if (mode == LoadMode.REFORK) {
      command.addAll(List.of(REFORK_AFTER, REFORK_AT));
    }
    command.addAll(place.saolaArgs());
    return command;
  }

  private static Contender gunicorn(String name, LoadMode mode, List<String> more, String note) {
    return new Contender(
        "gunicorn",
        name,
        mode,
        List.of("gunicorn", "Django"),
        List.of(),
        GUNICORN_READY,
        true,
        Published.NOBODY,
        note,
        place -> {
          List<String> command = new ArrayList<>();
          command.addAll(List.of(place.tool("gunicorn"), "-w", Integer.toString(place.workers())));
          command.addAll(List.of("-b", place.address(), "--no-control-socket", "-t", PATIENCE));
          String config = place.home().resolve("lab/gunicorn_ready.py").toString();
          command.addAll(List.of("-c", config));
          command.addAll(more);
          command.add(APP);
          return command;
        });
  }

  private static Contender uwsgi(
      String name,
      LoadMode mode,
      Pattern ready,
      Published published,
      List<String> more,
      String note) {
    return new Contender(
        "uwsgi",
        name,
        mode,
        List.of("uWSGI", "Django"),
        List.of(),
        ready,
        true,
        published,
        note,
        place -> {
          List<String> command = new ArrayList<>();
          command.addAll(List.of(place.tool("uwsgi"), "--http-socket", place.address()));
          command.addAll(List.of("--master", "--processes", Integer.toString(place.workers())));
          command.addAll(List.of("--need-app", "--die-on-term", "--disable-logging"));
          command.addAll(List.of("--virtualenv", place.bin().resolve("..").normalize().toString()));
          command.addAll(more);
          return command;
        });
  }
}
