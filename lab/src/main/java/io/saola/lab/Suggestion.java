package io.saola.lab;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the name that was probably meant.
final class Suggestion {
  /// More changes than this and it is another word.
  private static final int MOST_EDITS = 3;

  private Suggestion() {}

  /// The nearest of the known names, unless all are far away. A name that was cut short counts as
  /// near, however much is missing.
  static Optional<String> of(String unknown, Collection<String> known) {
    Optional<String> completed =
        unknown.isEmpty()
            ? Optional.empty()
            : known.stream().filter(name -> name.startsWith(unknown)).findFirst();
    return completed.or(() ->
        known.stream()
            .filter(name -> edits(unknown, name) <= Math.min(MOST_EDITS, (name.length() + 1) / 2))
            .min(Comparator.comparingInt(name -> edits(unknown, name))));
  }

  /// `unknown NOUN 'x', did you mean 'y'?`
  static String sentence(String noun, String unknown, Collection<String> known) {
    return "unknown "
        + noun
        + " '"
        + unknown
        + "'"
        + of(unknown, known)
            .map(name -> ", did you mean '" + name + "'?")
            .orElse(" (known: " + String.join(", ", known) + ")");
  }

  /// Levenshtein's distance, one row at a time.
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      row[column] = column;
    }
    for (int line = 1; line <= from.length(); line++) {
      int diagonal = row[0];
      row[0] = line;
      for (int column = 1; column <= to.length(); column++) {
        int replaced = diagonal + (from.charAt(line - 1) == to.charAt(column - 1) ? 0 : 1);
        diagonal = row[column];
        row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
      }
    }
    return row[to.length()];
  }
}
