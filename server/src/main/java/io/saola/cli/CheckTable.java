package io.saola.cli;

import io.saola.settings.Effective;
import java.util.List;

/// Every setting, its value and where that comes from, in three columns.
final class CheckTable {
  /// A value that is longer pushes its origin to the right, not those of all others.
  private static final int WIDEST = 40;

  private CheckTable() {}

  static String of(List<Effective> values) {
    int names = 0;
    int texts = 0;
    for (Effective value : values) {
      names = Math.max(names, value.setting().key().length());
      int length = shown(value).length();
      texts = length <= WIDEST ? Math.max(texts, length) : texts;
    }
    StringBuilder table = new StringBuilder();
    for (Effective value : values) {
      int start = table.length();
      table.append(value.setting().key());
      pad(table, start + names + 2);
      table.append(shown(value));
      pad(table, start + names + 2 + texts + 2);
      table.append(value.origin()).append('\n');
    }
    return table.toString();
  }

  private static String shown(Effective value) {
    return value.text().isEmpty() ? "(none)" : value.text();
  }

  private static void pad(StringBuilder table, int to) {
    do {
      table.append(' ');
    } while (table.length() < to);
  }
}
