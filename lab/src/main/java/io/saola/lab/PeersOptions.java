package io.saola.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
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
  private static final Pattern BLANKS = Pattern.compile("\\s+");

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
  static PeersOptions parse(List<String> arguments) throws UsageException {
    Parser parser = new Parser();
    Deque<String> left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      parser.take(left);
    }
    parser.compare();
    if (!parser.problems.isEmpty()) {
      throw new UsageException(parser.problems);
    }
    return parser.options();
  }

  /// Collects values and problems.
  private static final class Parser {
    private final List<String> problems = new ArrayList<>();
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

    void take(Deque<String> left) {
      String argument = left.removeFirst();
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (name.equals("-h")) {
        help = true;
      } else if (BARE.contains(name)) {
        if (equals >= 0) {
          problems.add(name + " takes no value");
        }
        bare(name);
      } else if (!VALUED.contains(name)) {
        List<String> known = new ArrayList<>(VALUED);
        known.addAll(BARE);
        problems.add(Suggestion.sentence("option", name, known));
      } else if (equals >= 0) {
        valued(name, argument.substring(equals + 1));
      } else if (left.isEmpty()) {
        problems.add(name + " needs a value");
      } else {
        valued(name, left.removeFirst());
      }
    }

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
        case "--connections" -> connections = connections(value);
        case "--duration" -> duration = checked(name, value, duration, 1);
        case "--warmup" -> warmup = checked(name, value, warmup, 0);
        case "--rounds" -> rounds = number(name, value).orElse(rounds);
        case "--only" -> only = names(value);
        case "--path" -> path = path(value);
        case "--python" -> python = value;
        case "--saola-args" -> saolaArgs = words(value, BLANKS::split);
        case "--json" -> json = Path.of(value);
        default -> throw new IllegalStateException(name);
      }
    }

    private List<Integer> connections(String value) {
      return names(value).stream()
          .flatMap(text -> number("--connections", text).stream())
          .distinct()
          .toList();
    }

    private Duration checked(String name, String value, Duration fallback, int least) {
      Optional<Duration> parsed =
          Durations.parse(value).filter(length -> length.toSeconds() >= least);
      if (parsed.isEmpty()) {
        problems.add(name + " " + value + ": whole seconds, at least " + least + ", as in 5s");
      }
      return parsed.orElse(fallback);
    }

    private Optional<Integer> number(String name, String value) {
      if (value.matches("[1-9]\\d{0,4}")) {
        return Optional.of(Integer.parseInt(value));
      }
      problems.add(name + " " + value + ": a number from 1 to 99999");
      return Optional.empty();
    }

    private AppInterface appInterface(String value) {
      Optional<AppInterface> known = AppInterface.of(value);
      if (known.isEmpty()) {
        problems.add(Suggestion.sentence("interface", value, AppInterface.labels()));
      }
      return known.orElse(appInterface);
    }

    private List<Workload> workloads(String value) {
      List<Workload> found = new ArrayList<>();
      for (String name : names(value)) {
        Workload.of(name)
            .ifPresentOrElse(
                found::add,
                () -> problems.add(Suggestion.sentence("workload", name, Workload.labels())));
      }
      return found.stream().distinct().toList();
    }

    private static List<String> names(String value) {
      return words(value, text -> text.split(",", -1));
    }

    /// Checks what depends on another option, in whatever order they stand.
    void compare() {
      List<String> servers = Roster.names(appInterface);
      for (String name : only) {
        if (!servers.contains(name)) {
          problems.add(Suggestion.sentence(appInterface.label() + " server", name, servers));
        }
      }
      for (Workload workload : workloads) {
        if (!workload.has(appInterface)) {
          problems.add(
              "workload '" + workload.label() + "' has no " + appInterface.label() + " app");
        }
      }
    }

    private String path(String value) {
      if (!value.matches("/[!-~]*")) {
        problems.add("--path " + value + ": begins with / and holds no blanks");
      }
      return value;
    }

    private static List<String> words(String value, Function<String, String[]> split) {
      return Arrays.stream(split.apply(value))
          .map(String::strip)
          .filter(word -> !word.isEmpty())
          .toList();
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
