package io.saola.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `lab startup` was asked to do.
///
/// @param ballastSeconds processor time that the project's import takes besides
/// @param pythons versions (`3.12`) or programs; empty for those that are found
record StartupOptions(
    List<Integer> workers,
    List<LoadMode> modes,
    List<String> only,
    int models,
    int ballastSeconds,
    int starts,
    List<String> pythons,
    @Nullable Path json,
    List<String> saolaArgs,
    boolean quick,
    boolean help) {

  static final int USUAL_MODELS = 300;
  private static final int USUAL_WORKERS = 10;
  private static final int USUAL_STARTS = 5;
  private static final int MOST_WORKERS = 100;

  static final String HELP =
      """
      usage: saola lab startup [options]

      Starts Saola and its peers on a generated Django project of 300 models and prints a table for
      each Python and number of workers: how long until all workers accept, the memory of all
      processes together, the first request after the start, and how long a killed worker is missed;
      each beside what others have published for their project and machine.

        --workers LIST     numbers of workers; more than one give the slope       (10)
        --modes LIST       %s      (all)
        --only LIST        measure only these servers: %s
        --models N         models of the project, at least 1                      (300)
        --ballast SECONDS  processor time that importing it takes besides         (0)
        --starts N         measured starts of each; the table shows medians       (5)
        --python LIST      versions, as in 3.11,3.13, or programs
                           (each of %s that is found)
        --saola-args ARGS  more arguments for 'saola serve', in one word
        --quick            60 models, 2 workers, one start, one Python: to see that it runs
        --json FILE        write every single result, with the machine
      """;

  private static final List<String> VALUED =
      List.of(
          "--workers",
          "--modes",
          "--only",
          "--models",
          "--ballast",
          "--starts",
          "--python",
          "--saola-args",
          "--json");
  private static final List<String> BARE = List.of("--quick", "--help");

  static String helpText() {
    return HELP.formatted(
        String.join(",", LoadMode.labels()),
        String.join(", ", StartupRoster.servers()),
        String.join(", ", Interpreters.USUAL));
  }

  /// Reads the arguments and reports every problem in one go.
  static StartupOptions parse(List<String> words) throws UsageException {
    Parser parser = new Parser();
    parser.common.read(parser.arguments, words, parser::valued);
    parser.arguments.finish();
    return parser.options();
  }

  /// The numbers of workers to start: with a single one, a smaller one for the slope.
  List<Integer> counts() {
    List<Integer> counts = new ArrayList<>(workers);
    if (isForSlope(2)) {
      counts.add(2);
    }
    return counts;
  }

  /// Whether this number was not asked for and shows only what each further worker takes.
  boolean isForSlope(int count) {
    return count == 2 && workers.size() == 1 && workers.getFirst() > 2;
  }

  /// Collects values and problems.
  private static final class Parser {
    private final Arguments arguments = new Arguments(VALUED, BARE);
    private final CommonOptions common = new CommonOptions();
    private List<Integer> workers = List.of();
    private List<LoadMode> modes = List.of(LoadMode.values());
    private List<String> only = List.of();
    private Optional<Integer> models = Optional.empty();
    private int ballastSeconds;
    private Optional<Integer> starts = Optional.empty();
    private List<String> pythons = List.of();

    private void valued(String name, String value) {
      switch (name) {
        case "--workers" -> workers = arguments.numbers(name, value, MOST_WORKERS);
        case "--modes" ->
            modes = arguments.chosen(value, "mode", List.of(LoadMode.values()), LoadMode::label);
        case "--only" -> only = arguments.chosen(value, "server", StartupRoster.servers());
        case "--models" -> models = arguments.number(name, value);
        case "--ballast" ->
            ballastSeconds =
                arguments.duration(name, value, 0).map(time -> (int) time.toSeconds()).orElse(0);
        case "--starts" -> starts = arguments.number(name, value);
        case "--python" -> pythons = Arguments.names(value);
        default -> throw new IllegalStateException(name);
      }
    }

    StartupOptions options() {
      return new StartupOptions(
          workers.isEmpty() ? List.of(common.isQuick() ? 2 : USUAL_WORKERS) : workers,
          modes,
          only,
          models.orElse(common.isQuick() ? 60 : USUAL_MODELS),
          ballastSeconds,
          starts.orElse(common.isQuick() ? 1 : USUAL_STARTS),
          pythons,
          common.json(),
          common.saolaArgs(),
          common.isQuick(),
          common.isHelp());
    }
  }
}
