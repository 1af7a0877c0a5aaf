package io.saola.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `lab peers` was asked to do.
///
/// @param earlier results of other runs that the page shows as well
/// @param command how to repeat it
record PeersOptions(
    AppInterface appInterface,
    List<Workload> workloads,
    List<Integer> workers,
    List<Integer> connections,
    Duration duration,
    Duration warmup,
    int rounds,
    List<String> only,
    boolean all,
    Output output,
    List<Path> earlier,
    String path,
    String python,
    List<String> saolaArgs,
    boolean accessLog,
    boolean help,
    String command) {

  /// The files that the results are written to, besides the terminal.
  record Output(@Nullable Path json, @Nullable Path csv, @Nullable Path html) {}

  static final String HELP =
      """
      usage: saola lab peers [options]

      Starts Saola and its peers one after another on the same app, loads them with wrk or, for
      events and WebSockets, with clients of its own, and prints a table for each situation:
      requests, events or messages a second, latency, CPU for each of them of the whole process
      tree, memory, each beside its ratio to Granian.

        --interface NAME    wsgi or asgi: which app, and so which servers      (wsgi)
        --workload LIST     what is asked of them, or all   (wsgi: hello; asgi: all)
        --workers LIST      workers of each server, one table for each         (1)
        --connections LIST  connections of the load, one table for each, where
                            the workload does not say how many                 (64)
        --duration TIME     measured load, whole seconds                       (5s)
        --warmup TIME       load before it in two halves, not measured         (3s)
        --rounds N          interleaved rounds; the table shows medians        (3)
        --only LIST         measure only these servers
        --all               also the servers that are usually left out
        --quick             does it run? A few servers and workloads, 16 and 64
                            connections, a round of 1s after 1s, in 2 minutes
        --path PATH         the path that is asked for                         (/)
        --python PATH       interpreter for the servers, or a version: 3.13    (python3)
        --saola-args ARGS   more arguments for 'saola serve', in one word
        --access-log        every server writes its access log to a file       (off)
        --json FILE         write every single result, with the machine
        --csv FILE          write every single result as a line
        --html FILE         write a page with tables and plots, for a browser
        --with LIST         show these results of --json on the page as well

      servers, wsgi: %s
      servers, asgi: %s
      workloads:
      %s\
      """;

  private static final List<String> VALUED =
      List.of(
          "--interface",
          "--workload",
          "--workers",
          "--connections",
          "--duration",
          "--warmup",
          "--rounds",
          "--only",
          "--path",
          "--python",
          "--saola-args",
          "--json",
          "--csv",
          "--html",
          "--with");
  private static final List<String> BARE = List.of("--all", "--quick", "--access-log", "--help");

  private static final List<String> QUICK_SERVERS =
      List.of(Peer.SAOLA, Peer.GRANIAN, Peer.GUNICORN_SYNC, Peer.UVICORN);

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
    parser.common.read(parser.arguments, words, parser::valued, parser::bare);
    parser.compare();
    parser.arguments.finish();
    return parser.options(words);
  }

  /// Collects values and problems.
  private static final class Parser {
    private static final String EVERY = "all";

    private final Arguments arguments = new Arguments(VALUED, BARE);
    private final CommonOptions common = new CommonOptions();
    private AppInterface appInterface = AppInterface.WSGI;
    private List<Workload> workloads = List.of();
    private boolean everyWorkload;
    private List<Integer> workers = List.of(1);
    private List<Integer> connections = List.of();
    private Optional<Duration> duration = Optional.empty();
    private Optional<Duration> warmup = Optional.empty();
    private Optional<Integer> rounds = Optional.empty();
    private List<String> only = List.of();
    private boolean all;
    private @Nullable Path csv;
    private @Nullable Path html;
    private List<Path> earlier = List.of();
    private String path = "/";
    private String python = "python3";
    private boolean accessLog;

    private void bare(String name) {
      switch (name) {
        case "--all" -> all = true;
        case "--access-log" -> accessLog = true;
        default -> throw new IllegalStateException(name);
      }
    }

    private void valued(String name, String value) {
      switch (name) {
        case "--interface" -> appInterface = appInterface(value);
        case "--workload" -> workloads = workloads(value);
        case "--workers" -> workers = arguments.numbers(name, value);
        case "--connections" -> connections = arguments.numbers(name, value);
        case "--duration" -> duration = arguments.duration(name, value, 1);
        case "--warmup" -> warmup = arguments.duration(name, value, 0);
        case "--rounds" -> rounds = arguments.number(name, value);
        case "--only" -> only = Arguments.names(value);
        case "--path" -> path = path(value);
        case "--python" -> python = value;
        case "--csv" -> csv = Path.of(value);
        case "--html" -> html = Path.of(value);
        case "--with" -> earlier = Arguments.names(value).stream().map(Path::of).toList();
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
      everyWorkload = value.equals(EVERY);
      for (String name : everyWorkload ? List.<String>of() : Arguments.names(value)) {
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
      if (!earlier.isEmpty() && html == null) {
        arguments.problem("--with needs --html: it is the page that shows other results as well");
      }
    }

    private String path(String value) {
      if (!value.matches("/[!-~]*")) {
        arguments.problem("--path " + value + ": begins with / and holds no blanks");
      }
      return value;
    }

    PeersOptions options(List<String> words) {
      return new PeersOptions(
          appInterface,
          asked(),
          workers,
          connections.isEmpty() ? common.isQuick() ? List.of(16, 64) : List.of(64) : connections,
          duration.orElse(Duration.ofSeconds(common.isQuick() ? 1 : 5)),
          warmup.orElse(Duration.ofSeconds(common.isQuick() ? 1 : 3)),
          rounds.orElse(common.isQuick() ? 1 : 3),
          common.isQuick() && only.isEmpty() && !all ? QUICK_SERVERS : only,
          all,
          new Output(common.json(), csv, html),
          earlier,
          path,
          python,
          common.saolaArgs(),
          accessLog,
          common.isHelp(),
          command(words));
    }

    private List<Workload> asked() {
      if (everyWorkload) {
        return Workload.all(appInterface);
      }
      if (!workloads.isEmpty()) {
        return workloads;
      }
      return common.isQuick() ? Workload.quick(appInterface) : Workload.usual(appInterface);
    }

    /// As one types it into a shell.
    private static String command(List<String> words) {
      StringBuilder command = new StringBuilder("./saola lab peers");
      for (String word : words) {
        boolean plain = word.matches("[\\w@%+=:,./-]+");
        command.append(' ').append(plain ? word : "'" + word.replace("'", "'\\''") + "'");
      }
      return command.toString();
    }
  }
}
