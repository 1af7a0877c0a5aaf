package io.saola.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `lab soak` was asked to do.
///
/// @param warmup load before the time that counts
/// @param rate requests per second
/// @param python a version (`3.12`) or a program
record SoakOptions(
    Duration duration,
    Duration warmup,
    int rate,
    String python,
    @Nullable Path json,
    List<String> saolaArgs,
    boolean help) {

  static final String HELP =
      """
      usage: saola lab soak [options]

      Keeps Saola under a constant load of mixed requests: small and larger answers, posts, new
      connections and clients that leave. Says what the JVM takes at the beginning and at the end,
      which may be 10 %% more.

        --duration TIME    what counts, as in 60m                                 (60s)
        --warmup TIME      the same load before                                   (30s)
        --rate N           requests per second                                    (500)
        --python VERSION   as in 3.12, or a program     (the first of %s that is found)
        --saola-args ARGS  more arguments for 'saola serve', in one word
        --quick            10 s after 5 s, to see that it runs
        --json FILE        write every result, with the machine
      """;

  private static final List<String> VALUED =
      List.of("--duration", "--warmup", "--rate", "--python", "--saola-args", "--json");
  private static final List<String> BARE = List.of("--quick", "--help");

  static String helpText() {
    return HELP.formatted(String.join(", ", Interpreters.USUAL));
  }

  /// Reads the arguments and reports every problem in one go.
  static SoakOptions parse(List<String> words) throws UsageException {
    Parser parser = new Parser();
    parser.common.read(parser.arguments, words, parser::valued);
    parser.arguments.finish();
    return parser.options();
  }

  /// Collects values and problems.
  private static final class Parser {
    private final Arguments arguments = new Arguments(VALUED, BARE);
    private final CommonOptions common = new CommonOptions();
    private Optional<Duration> duration = Optional.empty();
    private Optional<Duration> warmup = Optional.empty();
    private int rate = 500;
    private String python = "";

    private void valued(String name, String value) {
      switch (name) {
        case "--duration" -> duration = arguments.duration(name, value, 10);
        case "--warmup" -> warmup = arguments.duration(name, value, 1);
        case "--rate" -> rate = arguments.number(name, value, 5000).orElse(rate);
        case "--python" -> python = value;
        default -> throw new IllegalStateException(name);
      }
    }

    SoakOptions options() {
      return new SoakOptions(
          duration.orElse(Duration.ofSeconds(common.isQuick() ? 10 : 60)),
          warmup.orElse(Duration.ofSeconds(common.isQuick() ? 5 : 30)),
          rate,
          python,
          common.json(),
          common.saolaArgs(),
          common.isHelp());
    }
  }
}
