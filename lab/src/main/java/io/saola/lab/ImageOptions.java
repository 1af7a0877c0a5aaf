package io.saola.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `lab image` was asked to do.
///
/// @param starts of each row
/// @param seconds of load, each measured by itself
/// @param python a version (`3.12`) or a program
record ImageOptions(
    List<String> only,
    int starts,
    int idle,
    int seconds,
    String python,
    @Nullable Path json,
    List<String> saolaArgs,
    boolean help) {

  static final String IMAGE = "image";
  static final String CLASSES = "classes";
  static final List<String> ROWS = List.of(IMAGE, CLASSES);

  private static final int MOST_SECONDS = 120;

  static final String HELP =
      """
      usage: saola lab image [options]

      Starts Saola from its image and from its classes, in turn. Says how long each takes to the first
      answer beside what Python alone needs for the app, how large the JVM is when idle and under load,
      and in which second its rate is that of later.

        --only LIST        image, classes                                         (both)
        --starts N         of each                                                (5)
        --idle SECONDS     before its size is looked at                           (8)
        --seconds N        of load with 64 connections; 0 for none                (12)
        --python VERSION   as in 3.12, or a program     (the first of the usual that is found)
        --saola-args ARGS  more arguments for 'saola serve', in one word
        --quick            two starts with 3 seconds, to see that it runs
        --json FILE        write every result, with the machine
      """;

  private static final List<String> VALUED =
      List.of("--only", "--starts", "--idle", "--seconds", "--python", "--saola-args", "--json");
  private static final List<String> BARE = List.of("--quick", "--help");

  /// Reads the arguments and reports every problem in one go.
  static ImageOptions parse(List<String> words) throws UsageException {
    Parser parser = new Parser();
    parser.common.read(parser.arguments, words, parser::valued);
    parser.arguments.finish();
    return parser.options();
  }

  /// Collects values and problems.
  private static final class Parser {
    private final Arguments arguments = new Arguments(VALUED, BARE);
    private final CommonOptions common = new CommonOptions();
    private List<String> only = List.of();
    private Optional<Integer> starts = Optional.empty();
    private Optional<Integer> idle = Optional.empty();
    private Optional<Integer> seconds = Optional.empty();
    private String python = "";

    private void valued(String name, String value) {
      switch (name) {
        case "--only" -> only = arguments.chosen(value, "row", ROWS);
        case "--starts" -> starts = arguments.number(name, value);
        case "--idle" -> idle = arguments.number(name, value, MOST_SECONDS);
        case "--seconds" ->
            seconds =
                value.equals("0") ? Optional.of(0) : arguments.number(name, value, MOST_SECONDS);
        case "--python" -> python = value;
        default -> throw new IllegalStateException(name);
      }
    }

    ImageOptions options() {
      return new ImageOptions(
          only.isEmpty() ? ROWS : only,
          starts.orElse(common.isQuick() ? 2 : 5),
          idle.orElse(common.isQuick() ? 1 : 8),
          seconds.orElse(common.isQuick() ? 3 : 12),
          python,
          common.json(),
          common.saolaArgs(),
          common.isHelp());
    }
  }
}
