package io.saola.lab;

import java.util.ArrayList;
import java.util.List;

/// Rows of text in aligned columns: the first column to the left, the others to the right.
final class Table {
  private final int columns;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... titles) {
    columns = titles.length;
    rows.add(List.of(titles));
  }

  void add(List<String> cells) {
    if (cells.size() != columns) {
      throw new IllegalArgumentException(cells.size() + " cells for " + columns + " columns");
    }
    rows.add(List.copyOf(cells));
  }

  String render() {
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String padding = " ".repeat(widths[i] - width(row.get(i)));
        line.append(i == 0 ? "" : "  ");
        line.append(i == 0 ? row.get(i) + padding : padding + row.get(i));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
