package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void the_first_column_stands_left_and_figures_right() {
    Table table = new Table("", "req/s", "x");
    table.add(List.of("saola", "7", "1.00"));
    table.add(List.of("ü", "123456", "-"));

    assertThat(table.render())
        .isEqualTo(
            """
                    req/s     x
            saola       7  1.00
            ü      123456     -
            """);
  }

  @Test
  void a_row_with_too_few_cells_is_a_mistake() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Table("a", "b").add(List.of("1")));
  }
}
