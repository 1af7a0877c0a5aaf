package io.saola.lab;

import io.saola.lab.load.Slowness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What `lab slow-clients` was asked to do.
///
/// @param slow numbers of slow clients, ascending
/// @param duration the time in which the fast client is looked at, without slow ones and with them
/// @param watch how long it is awaited that the server ends them
/// @param speed bytes per second that a slow client sends or reads
record SlowOptions(
    List<Slowness> kinds,
    List<SlowServer> only,
    List<Integer> slow,
    int workers,
    Duration duration,
    Duration watch,
    int speed,
    String python,
    @Nullable Path json,
    List<String> saolaArgs,
    boolean help) {

  private static final int MOST_WORKERS = 100;
  private static final int MOST_CLIENTS = 10_000;

  /// So many slow clients for each worker must not disturb.
  private static final int JUDGED_PER_WORKER = 10;

  static final String HELP =
      """
      usage: saola lab slow-clients [options]

      Asks each server for a short page every 20 ms, waiting 2 s at most, while slow clients keep it
      busy: with heads that do not end, with bodies that hardly come, with answers of 20 MiB that
      are hardly read. Shows what the fast client notices of them, when the server ends them, and
      the memory that they take.

        --kinds LIST       %s      (all)
        --only LIST        measure only these servers: %s
        --slow LIST        numbers of slow clients       (4,8,32,1000 and ten for each worker)
        --workers N        workers of each server                                 (4)
        --speed N          bytes per second of a slow body or reader              (100)
        --duration TIME    how long the fast client is looked at                  (8s)
        --watch TIME       how long slow clients are watched, at least            (25s)
        --python PYTHON    version or path, for the servers                       (python3)
        --saola-args ARGS  more arguments for 'saola serve', in one word
        --quick            8 slow bodies, for a few seconds: to see that it runs
        --json FILE        write every result, with the machine
      """;

  private static final List<String> VALUED =
      List.of(
          "--kinds",
          "--only",
          "--slow",
          "--workers",
          "--speed",
          "--duration",
          "--watch",
          "--python",
          "--saola-args",
          "--json");
  private static final List<String> BARE = List.of("--quick", "--help");

  static String helpText() {
    return HELP.formatted(
        String.join(",", Slowness.labels()), String.join(", ", SlowServer.labels()));
  }

  /// Reads the arguments and reports every problem in one go.
  static SlowOptions parse(List<String> words) throws UsageException {
    Parser parser = new Parser();
    parser.common.read(parser.arguments, words, parser::valued);
    parser.arguments.finish();
    return parser.options();
  }

  /// The number of slow clients at which the fast one is judged.
  int judged() {
    return JUDGED_PER_WORKER * workers;
  }

  /// Collects values and problems.
  private static final class Parser {
    private final Arguments arguments = new Arguments(VALUED, BARE);
    private final CommonOptions common = new CommonOptions();
    private List<Slowness> kinds = List.of();
    private List<SlowServer> only = List.of(SlowServer.values());
    private List<Integer> slow = List.of();
    private int workers = 4;
    private Optional<Duration> duration = Optional.empty();
    private Optional<Duration> watch = Optional.empty();
    private int speed = 100;
    private String python = "python3";

    private void valued(String name, String value) {
      switch (name) {
        case "--kinds" ->
            kinds = arguments.chosen(value, "kind", List.of(Slowness.values()), Slowness::label);
        case "--only" ->
            only =
                arguments.chosen(value, "server", List.of(SlowServer.values()), SlowServer::label);
        case "--slow" -> slow = arguments.numbers(name, value, MOST_CLIENTS);
        case "--workers" -> workers = arguments.number(name, value, MOST_WORKERS).orElse(workers);
        case "--speed" -> speed = arguments.number(name, value).orElse(speed);
        case "--duration" -> duration = arguments.duration(name, value, 1);
        case "--watch" -> watch = arguments.duration(name, value, 1);
        case "--python" -> python = value;
        default -> throw new IllegalStateException(name);
      }
    }

    private List<Integer> counts() {
      List<Integer> counts = new ArrayList<>(slow);
      if (counts.isEmpty()) {
        counts.addAll(
            common.isQuick() ? List.of(8) : List.of(4, 8, 32, JUDGED_PER_WORKER * workers, 1000));
      }
      return counts.stream().sorted().distinct().toList();
    }

    SlowOptions options() {
      Stream<Slowness> usual =
          common.isQuick() ? Stream.of(Slowness.BODY) : Stream.of(Slowness.values());
      return new SlowOptions(
          kinds.isEmpty() ? usual.toList() : kinds,
          only,
          counts(),
          workers,
          duration.orElse(Duration.ofSeconds(common.isQuick() ? 2 : 8)),
          watch.orElse(Duration.ofSeconds(common.isQuick() ? 2 : 25)),
          speed,
          python,
          common.json(),
          common.saolaArgs(),
          common.isHelp());
    }
  }
}
