package io.saola.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `lab chaos` was asked to do.
///
/// @param kills how many workers are killed, one each second
/// @param recycling how long workers are recycled
/// @param importSeconds processor time that the import takes where workers are recycled
/// @param steady the quiet time before each mishap, and after it
/// @param python a version (`3.12`) or a program
record ChaosOptions(
    List<Mishap> mishaps,
    List<String> only,
    int workers,
    int kills,
    int reloads,
    Duration recycling,
    int importSeconds,
    Duration steady,
    String python,
    @Nullable Path json,
    List<String> saolaArgs,
    boolean help) {

  /// As in `lab/apps/chaos.py`.
  private static final double HOLD_SECONDS = 0.025;

  private static final int MOST_WORKERS = 100;

  static final String HELP =
      """
      usage: saola lab chaos [options]

      Asks Saola and Gunicorn for a page at half of what their workers can do, while workers are
      killed, code is reloaded, also code that is broken, and workers are recycled. Counts requests
      that fail, and compares the longest with the longest of a quiet time before and afterwards.

        --mishaps LIST     %s      (all)
        --only LIST        measure only these servers: %s
        --workers N        workers of each server                                 (4)
        --kills N          workers that are killed, one each second               (30)
        --reloads N        reloads, one after another                             (100)
        --recycling TIME   how long workers are recycled                          (30s)
        --import SECONDS   processor time that the import takes meanwhile         (2)
        --steady TIME      the quiet time before each mishap, and after it        (10s)
        --python VERSION   as in 3.12, or a program     (the first of %s that is found)
        --saola-args ARGS  more arguments for 'saola serve', in one word
        --quick            all of it shorter, to see that it runs
        --json FILE        write every result, with the machine
      """;

  private static final List<String> VALUED =
      List.of(
          "--mishaps",
          "--only",
          "--workers",
          "--kills",
          "--reloads",
          "--recycling",
          "--import",
          "--steady",
          "--python",
          "--saola-args",
          "--json");
  private static final List<String> BARE = List.of("--quick", "--help");

  static String helpText() {
    return HELP.formatted(
        String.join(",", Mishap.labels()),
        String.join(", ", ChaosRow.servers()),
        String.join(", ", Interpreters.USUAL));
  }

  /// Reads the arguments and reports every problem in one go.
  static ChaosOptions parse(List<String> words) throws UsageException {
    Parser parser = new Parser();
    parser.common.read(parser.arguments, words, parser::valued);
    parser.arguments.finish();
    return parser.options();
  }

  /// Requests per second that are half of what the workers can answer, since each takes its time.
  double rate() {
    return workers / HOLD_SECONDS / 2;
  }

  /// Collects values and problems.
  private static final class Parser {
    private final Arguments arguments = new Arguments(VALUED, BARE);
    private final CommonOptions common = new CommonOptions();
    private List<Mishap> mishaps = List.of(Mishap.values());
    private List<String> only = List.of();
    private int workers = 4;
    private Optional<Integer> kills = Optional.empty();
    private Optional<Integer> reloads = Optional.empty();
    private Optional<Duration> recycling = Optional.empty();
    private Optional<Integer> importSeconds = Optional.empty();
    private Optional<Duration> steady = Optional.empty();
    private String python = "";

    private void valued(String name, String value) {
      switch (name) {
        case "--mishaps" ->
            mishaps = arguments.chosen(value, "mishap", List.of(Mishap.values()), Mishap::label);
        case "--only" -> only = arguments.chosen(value, "server", ChaosRow.servers());
        case "--workers" -> workers = arguments.number(name, value, MOST_WORKERS).orElse(workers);
        case "--kills" -> kills = arguments.number(name, value);
        case "--reloads" -> reloads = arguments.number(name, value);
        case "--recycling" -> recycling = arguments.duration(name, value, 1);
        case "--import" ->
            importSeconds = arguments.duration(name, value, 0).map(time -> (int) time.toSeconds());
        case "--steady" -> steady = arguments.duration(name, value, 1);
        case "--python" -> python = value;
        default -> throw new IllegalStateException(name);
      }
    }

    ChaosOptions options() {
      return new ChaosOptions(
          mishaps,
          only,
          workers,
          kills.orElse(common.isQuick() ? 5 : 30),
          reloads.orElse(common.isQuick() ? 5 : 100),
          recycling.orElse(Duration.ofSeconds(common.isQuick() ? 6 : 30)),
          importSeconds.orElse(common.isQuick() ? 1 : 2),
          steady.orElse(Duration.ofSeconds(common.isQuick() ? 2 : 10)),
          python,
          common.json(),
          common.saolaArgs(),
          common.isHelp());
    }
  }
}
