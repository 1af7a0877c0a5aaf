package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private final Arguments arguments = new Arguments(List.of(), List.of());

  @Test
  void what_is_chosen_stands_in_the_order_of_asking_and_once() {
    assertThat(
            arguments.chosen(
                "reload, kill,reload", "mishap", List.of(Mishap.values()), Mishap::label))
        .containsExactly(Mishap.RELOAD, Mishap.KILL);
    assertThatCode(arguments::finish).doesNotThrowAnyException();
  }

  @Test
  void what_nobody_knows_is_left_out_and_said() {
    assertThat(arguments.chosen("saola,gunicron", "server", List.of("saola", "gunicorn")))
        .containsExactly("saola");
    assertThat(problems()).containsExactly("unknown server 'gunicron', did you mean 'gunicorn'?");
  }

  @Test
  void a_number_has_a_most() {
    assertThat(arguments.number("--workers", "100", 100)).contains(100);
    assertThat(arguments.numbers("--slow", "4,101,8,4", 100)).containsExactly(4, 8);
    assertThat(problems()).containsExactly("--slow 101: at most 100");
  }

  private List<String> problems() {
    return catchThrowableOfType(UsageException.class, arguments::finish).problems();
  }
}
