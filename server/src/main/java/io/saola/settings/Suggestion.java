package io.saola.settings;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The known name that somebody probably meant.
public final class Suggestion {
  private Suggestion() {}

  /// `; did you mean NAME?`, or nothing if no name is near.
  public static String hint(String given, Collection<String> known) {
    String near = nearest(given, known);
    return near == null ? "" : "; did you mean " + near + "?";
  }

  static @Nullable String nearest(String given, Collection<String> known) {
    String wanted = given.toLowerCase(Locale.ROOT).replace('_', '-');
    String best = null;
    int least = 1 + given.length() / 4;
    for (String name : known) {
      int distance = distance(wanted, name.toLowerCase(Locale.ROOT).replace('_', '-'));
      if (distance < least || (distance == least && best == null)) {
        least = distance;
        best = name;
      }
    }
    return best;
  }

  /// Insertions, deletions, substitutions and swaps of neighbours between two texts.
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
