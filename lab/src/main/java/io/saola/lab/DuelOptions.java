package io.saola.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `lab static`, `lab compress` or `lab access-log` was asked to do.
///
/// @param only those of its questions that are asked
record DuelOptions(
    DuelSubject subject,
    List<DuelSubject.Question> only,
    int connections,
    Duration duration,
    Duration warmup,
    int rounds,
    String python,
    @Nullable Path json,
    List<String> saolaArgs,
    boolean help) {

  static final String HELP =
      """
      usage: saola lab %s [options]

      %s

        --only LIST        %s      (all)
        --connections N    connections at once                                    (64)
        --duration TIME    length of each load                                    (3s)
        --warmup TIME      load before it that is not counted                     (6s)
        --rounds N         interleaved rounds; the table shows medians            (5)
        --python PYTHON    version or path, for the workers                       (python3)
        --saola-args ARGS  more arguments for 'saola serve', in one word
        --quick            one short round: to see that it runs
        --json FILE        write every result, with the machine
      """;

  private static final List<String> VALUED =
      List.of(
          "--only",
          "--connections",
          "--duration",
          "--warmup",
          "--rounds",
          "--python",
          "--saola-args",
          "--json");
  private static final List<String> BARE = List.of("--quick", "--help");

  static String helpText(DuelSubject subject) {
    List<String> labels = subject.questions().stream().map(DuelSubject.Question::label).toList();
    return HELP.formatted(subject.tool(), subject.text().strip(), String.join(",", labels));
  }

  /// Reads the arguments and reports every problem in one go.
  static DuelOptions parse(DuelSubject subject, List<String> words) throws UsageException {
    Parser parser = new Parser(subject);
    parser.common.read(parser.arguments, words, parser::valued);
    parser.arguments.finish();
    return parser.options();
  }

  /// Collects values and problems.
  private static final class Parser {
    private final Arguments arguments = new Arguments(VALUED, BARE);
    private final CommonOptions common = new CommonOptions();
    private final DuelSubject subject;
    private List<DuelSubject.Question> only;
    private int connections = 64;
    private Optional<Duration> duration = Optional.empty();
    private Optional<Duration> warmup = Optional.empty();
    private Optional<Integer> rounds = Optional.empty();
    private String python = "python3";

    private Parser(DuelSubject subject) {
      this.subject = subject;
      this.only = subject.questions();
    }

    private void valued(String name, String value) {
      switch (name) {
        case "--only" ->
            only =
                arguments.chosen(
                    value, "question", subject.questions(), DuelSubject.Question::label);
        case "--connections" ->
            connections = arguments.number(name, value, 10_000).orElse(connections);
        case "--duration" -> duration = arguments.duration(name, value, 1);
        case "--warmup" -> warmup = arguments.duration(name, value, 1);
        case "--rounds" -> rounds = arguments.number(name, value);
        case "--python" -> python = value;
        default -> throw new IllegalStateException(name);
      }
    }

    DuelOptions options() {
      return new DuelOptions(
          subject,
          only,
          connections,
          duration.orElse(Duration.ofSeconds(common.isQuick() ? 1 : 3)),
          warmup.orElse(Duration.ofSeconds(common.isQuick() ? 1 : 6)),
          rounds.orElse(common.isQuick() ? 1 : 5),
          python,
          common.json(),
          common.saolaArgs(),
          common.isHelp());
    }
  }
}
