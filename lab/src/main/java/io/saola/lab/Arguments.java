package io.saola.lab;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The words behind the name of a tool: options with a value, options without one, and every
/// problem with them, which are reported in one go.
final class Arguments {
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private final List<String> valued;
  private final List<String> bare;
  private final List<String> problems = new ArrayList<>();

  /// @param bare without `-h`, which is taken for `--help`
  Arguments(List<String> valued, List<String> bare) {
    this.valued = List.copyOf(valued);
    this.bare = List.copyOf(bare);
  }

  /// Hands on each option that there is, in order.
  void read(List<String> words, BiConsumer<String, String> value, Consumer<String> flag) {
    Deque<String> left = new ArrayDeque<>(words);
    while (!left.isEmpty()) {
      String word = left.removeFirst();
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      String name = equals < 0 ? word : word.substring(0, equals);
      if (name.equals("-h")) {
        flag.accept("--help");
      } else if (bare.contains(name)) {
        if (equals >= 0) {
          problem(name + " takes no value");
        }
        flag.accept(name);
      } else if (!valued.contains(name)) {
        List<String> known = new ArrayList<>(valued);
        known.addAll(bare);
        problem(Suggestion.sentence("option", name, known));
      } else if (equals >= 0) {
        value.accept(name, word.substring(equals + 1));
      } else if (left.isEmpty()) {
        problem(name + " needs a value");
      } else {
        value.accept(name, left.removeFirst());
      }
    }
  }

  void problem(String text) {
    problems.add(text);
  }

  void finish() throws UsageException {
    if (!problems.isEmpty()) {
      throw new UsageException(problems);
    }
  }

  Optional<Integer> number(String name, String value) {
    if (value.matches("[1-9]\\d{0,4}")) {
      return Optional.of(Integer.parseInt(value));
    }
    problem(name + " " + value + ": a number from 1 to 99999");
    return Optional.empty();
  }

  /// A number of at most so much.
  Optional<Integer> number(String name, String value, int most) {
    Optional<Integer> number = number(name, value);
    if (number.isPresent() && number.get() > most) {
      problem(name + " " + value + ": at most " + most);
      return Optional.empty();
    }
    return number;
  }

  List<Integer> numbers(String name, String value) {
    return numbers(name, value, Integer.MAX_VALUE);
  }

  List<Integer> numbers(String name, String value, int most) {
    return names(value).stream()
        .flatMap(text -> number(name, text, most).stream())
        .distinct()
        .toList();
  }

  /// Those of `a,b` that there are, each once, as they were asked for.
  ///
  /// @param noun what they are, for a name that is not known
  List<String> chosen(String value, String noun, List<String> known) {
    return chosen(value, noun, known, Function.identity());
  }

  /// @param label what one is called on the command line
  <T> List<T> chosen(String value, String noun, List<T> known, Function<T, String> label) {
    List<T> chosen = new ArrayList<>();
    for (String name : names(value)) {
      known.stream()
          .filter(one -> label.apply(one).equals(name))
          .findFirst()
          .ifPresentOrElse(
              chosen::add,
              () -> problem(Suggestion.sentence(noun, name, known.stream().map(label).toList())));
    }
    return chosen.stream().distinct().toList();
  }

  Optional<Duration> duration(String name, String value, int least) {
    Optional<Duration> parsed =
        Durations.parse(value).filter(length -> length.toSeconds() >= least);
    if (parsed.isEmpty()) {
      problem(name + " " + value + ": whole seconds, at least " + least + ", as in 5s");
    }
    return parsed;
  }

  /// `a, b,c`.
  static List<String> names(String value) {
    return split(value, text -> text.split(",", -1));
  }

  /// `a b c`.
  static List<String> words(String value) {
    return split(value, BLANKS::split);
  }

  private static List<String> split(String value, Function<String, String[]> split) {
    return Arrays.stream(split.apply(value))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
