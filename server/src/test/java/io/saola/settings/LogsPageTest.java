package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogsPageTest {
  private static final Path PAGE = Path.of("../docs/logs.md");

  @Test
  void every_value_and_every_format_is_documented() throws IOException {
    List<String> expected = new ArrayList<>(rows());
    for (String name : AccessFormat.Notation.names()) {
      expected.add(
          name.equals(AccessFormat.DEFAULT) ? "| `combined` (default) |" : "| `" + name + "` |");
    }

    assertThat(Files.readString(PAGE)).contains(expected);
  }

  /// The rows of the page's two tables; to be put there when they change.
  static List<String> rows() {
    List<String> rows = new ArrayList<>();
    for (AccessValue value : AccessValue.values()) {
      if (!value.atom().isEmpty() || !value.variable().isEmpty()) {
        String atom = value.atom().isEmpty() ? "" : "`%(" + value.atom() + ")s`";
        String variable = value.variable().isEmpty() ? "" : "`$" + value.variable() + "`";
        rows.add("| " + atom + " | " + variable + " | " + value.doc() + " |");
      }
    }
    for (AccessFormat.Part part : Members.ALL) {
      if (part instanceof AccessFormat.Member(String name, AccessFormat.Value(var value, var _))) {
        String type =
            switch (value.kind()) {
              case TEXT -> "text";
              case NUMBER -> "number";
              case TRUTH -> "true or false";
            };
        rows.add("| `" + name + "` | " + type + " | " + value.doc() + " |");
      }
    }
    return rows;
  }

  public static void main(String[] arguments) {
    rows().forEach(System.out::println);
  }
}
