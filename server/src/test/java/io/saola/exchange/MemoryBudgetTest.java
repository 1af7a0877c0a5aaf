package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget(100);

  @Test
  void all_of_it_can_be_taken_and_one_byte_more_cannot() {
    assertThat(budget.take(60)).isTrue();
    assertThat(budget.take(41)).isFalse();
    assertThat(budget.take(40)).isTrue();
    assertThat(budget.take(1)).isFalse();
    assertThat(budget.take(0)).isTrue();
    assertThat(budget.taken()).isEqualTo(100);
  }

  @Test
  void what_is_given_back_can_be_taken_again() {
    budget.take(100);

    budget.give(30);

    assertThat(budget.take(31)).isFalse();
    assertThat(budget.take(30)).isTrue();
  }
}
