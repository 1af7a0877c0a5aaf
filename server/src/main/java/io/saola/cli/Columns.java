package io.saola.cli;

import java.util.ArrayList;
import java.util.List;

/// Rows of text as aligned columns under a heading, as `ps` shows them.
final class Columns {
  private final List<List<String>> rows = new ArrayList<>();

  Columns(String... heading) {
    rows.add(List.of(heading));
  }

  void add(String... cells) {
    rows.add(List.of(cells));
  }

  /// A column is as wide as its longest cell; nothing stands behind the last one.
  @Override
  public String toString() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }
}
