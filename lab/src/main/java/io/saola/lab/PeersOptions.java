package io.saola.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `lab peers` was asked to do.
record PeersOptions(
    AppInterface appInterface,
    List<Workload> workloads,
    List<Integer> connections,
    Duration duration,
    Duration warmup,
    int rounds,
    List<String> only,
    boolean all,
    @Nullable Path json,
    String path,
    String python,
    List<String> saolaArgs,
    boolean accessLog,
    boolean help) {

  static final String HELP =
      """
      usage: saola lab peers [options]

      Starts Saola and its peers one after another, one worker each, on the same app, loads them
      with wrk or, for events and WebSockets, with clients of its own, and prints a table: requests,
      events or messages a second, latency, CPU for each of them of the whole process tree, memory,
      each beside its ratio to Granian.

        --interface NAME    wsgi or asgi: which app, and so which servers      (wsgi)
        --workload LIST     what is asked of them           (wsgi: hello; asgi: all)
        --connections LIST  connections of the load, one table for each, where
                            the workload does not say how many                 (64)
        --duration TIME     measured load, whole seconds                       (5s)
        --warmup TIME       load before it, not measured                       (3s)
        --rounds N          interleaved rounds; the table shows medians        (3)
        --only LIST         measure only these servers
        --all               also the servers that are usually left out
        --path PATH         the path that is asked for                         (/)
        --python PATH       interpreter for the servers                        (python3)
        --saola-args ARGS   more arguments for 'saola serve', in one word
        --access-log        every server writes its access log to a file       (off)
        --json FILE         write every single result, with the machine

      servers, wsgi: %s
      servers, asgi: %s
      workloads:
      %s\
      """;

  private static final List<String> VALUED =
      List.of(
          "--interface",
          "--workload",
          "--connections",
          "--duration",
          "--warmup",
          "--rounds",
          "--only",
          "--path",
          "--python",
          "--saola-args",
          "--json");
  private static final List<String> BARE = List.of("--all", "--access-log", "--help");

  static String helpText() {
    StringBuilder workloads = new StringBuilder();
    for (Workload workload : Workload.values()) {
      workloads.append(String.format("  %-12s  %s%n", workload.label(), workload.text()));
    }
    return HELP.formatted(
        String.join(", ", Roster.names(AppInterface.WSGI)),
        String.join(", ", Roster.names(AppInterface.ASGI)),
        workloads);
  }

  /// Reads the arguments and reports every problem in one go.
  static PeersOptions parse(List<String> words) throws UsageException {
    Parser parser = new Parser();
    parser.arguments.read(words, parser::valued, parser::bare);
    parser.compare();
    parser.arguments.finish();
    return parser.options();
  }

  /// Collects values and problems.
  private static final class Parser {
    private final Arguments arguments = new Arguments(VALUED, BARE);
    private AppInterface appInterface = AppInterface.WSGI;
    private List<Workload> workloads = List.of();
    private List<Integer> connections = List.of(64);
    private Duration duration = Duration.ofSeconds(5);
    private Duration warmup = Duration.ofSeconds(3);
    private int rounds = 3;
    private List<String> only = List.of();
    private boolean all;
    private @Nullable Path json;
    private String path = "/";
    private String python = "python3";
    private List<String> saolaArgs = List.of();
    private boolean accessLog;
    private boolean help;

    private void bare(String name) {
      switch (name) {
        case "--all" -> all = true;
        case "--access-log" -> accessLog = true;
        default -> help = true;
      }
    }

    private void valued(String name, String value) {
      switch (name) {
        case "--interface" -> appInterface = appInterface(value);
        case "--workload" -> workloads = workloads(value);
        case "--connections" -> connections = arguments.numbers(name, value);
        case "--duration" -> duration = arguments.duration(name, value, 1).orElse(duration);
        case "--warmup" -> warmup = arguments.duration(name, value, 0).orElse(warmup);
        case "--rounds" -> rounds = arguments.number(name, value).orElse(rounds);
        case "--only" -> only = Arguments.names(value);
        case "--path" -> path = path(value);
        case "--python" -> python = value;
        case "--saola-args" -> saolaArgs = Arguments.words(value);
        case "--json" -> json = Path.of(value);
        default -> throw new IllegalStateException(name);
      }
    }

    private AppInterface appInterface(String value) {
      Optional<AppInterface> known = AppInterface.of(value);
      if (known.isEmpty()) {
        arguments.problem(Suggestion.sentence("interface", value, AppInterface.labels()));
      }
      return known.orElse(appInterface);
    }

    private List<Workload> workloads(String value) {
      List<Workload> found = new ArrayList<>();
      for (String name : Arguments.names(value)) {
        Workload.of(name)
            .ifPresentOrElse(
                found::add,
                () -> arguments.problem(Suggestion.sentence("workload", name, Workload.labels())));
      }
      return found.stream().distinct().toList();
    }

    /// Checks what depends on another option, in whatever order they stand.
    void compare() {
      List<String> servers = Roster.names(appInterface);
      for (String name : only) {
        if (!servers.contains(name)) {
          arguments.problem(Suggestion.sentence(appInterface.label() + " server", name, servers));
        }
      }
      for (Workload workload : workloads) {
        if (!workload.has(appInterface)) {
          arguments.problem(
              "workload '" + workload.label() + "' has no " + appInterface.label() + " app");
        }
      }
    }

    private String path(String value) {
      if (!value.matches("/[!-~]*")) {
        arguments.problem("--path " + value + ": begins with / and holds no blanks");
      }
      return value;
    }

    PeersOptions options() {
      return new PeersOptions(
          appInterface,
          workloads.isEmpty() ? Workload.usual(appInterface) : workloads,
          connections,
          duration,
          warmup,
          rounds,
          only,
          all,
          json,
          path,
          python,
          saolaArgs,
          accessLog,
          help);
    }
  }
}
