package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
  private static final List<String> KNOWN = List.of("saola", "granian", "gunicorn-sync");

  @Test
  void a_slip_finds_its_name() {
    assertThat(Suggestion.of("soala", KNOWN)).contains("saola");
  }

  @Test
  void a_name_cut_short_finds_the_first_it_could_become() {
    assertThat(Suggestion.of("gunicorn", KNOWN)).contains("gunicorn-sync");
  }

  @Test
  void another_word_finds_nothing_and_is_told_what_there_is() {
    assertThat(Suggestion.of("tomcat", KNOWN)).isEmpty();
    assertThat(Suggestion.sentence("server", "tomcat", KNOWN))
        .isEqualTo("unknown server 'tomcat' (known: saola, granian, gunicorn-sync)");
  }
}
