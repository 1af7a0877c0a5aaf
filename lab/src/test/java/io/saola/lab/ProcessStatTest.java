package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProcessStatTest {
  private static final String REST =
      " S 5061 5057 2349 0 -1 4194560 6221 11 0 0 104 31 7 2 20 0 5 0 51234 215707648 9011";

  @Test
  void the_times_of_a_process_include_the_children_it_has_reaped() {
    ProcessStat process = ProcessStat.parse("5063 (granian)" + REST);

    assertThat(process)
        .isEqualTo(new ProcessStat(5063, "granian", 5061, 5057, 2349, 104 + 7, 31 + 2, false));
  }

  @Test
  void a_name_may_hold_spaces_and_parentheses() {
    ProcessStat process = ProcessStat.parse("5063 (my app) (2) S 1)" + REST + "\n");

    assertThat(process.name()).isEqualTo("my app) (2) S 1");
    assertThat(process.parent()).isEqualTo(5061);
    assertThat(process.ended()).isFalse();
  }

  @Test
  void a_process_that_waits_to_be_reaped_has_ended() {
    assertThat(ProcessStat.parse("5063 (S)" + REST.replace(" S ", " Z ")).ended()).isTrue();
  }

  @Test
  void the_fork_is_field_22_whatever_the_name() {
    assertThat(ProcessStat.startTicks("5063 (my app) (2) S 1)" + REST)).isEqualTo(51234);
  }

  @Test
  void another_text_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessStat.parse("5063 granian S"));
  }

  @Test
  void descendants_belong_to_the_tree_however_they_are_listed() {
    List<ProcessStat> all =
        List.of(process(12, 11, 1, 1), process(11, 10, 1, 1), process(10, 2, 1, 1));

    assertThat(pids(ProcessStat.belongingTo(Set.of(10L), all)))
        .containsExactlyInAnyOrder(10L, 11L, 12L);
  }

  @Test
  void an_orphan_belongs_to_the_tree_by_its_session_or_its_group() {
    List<ProcessStat> all =
        List.of(
            process(10, 2, 10, 10),
            process(11, 10, 11, 11),
            process(12, 1, 12, 11),
            process(13, 1, 10, 13),
            process(14, 1, 1, 1));

    assertThat(pids(ProcessStat.belongingTo(Set.of(10L), all)))
        .containsExactlyInAnyOrder(10L, 11L, 12L, 13L);
  }

  @Test
  void the_starter_and_its_other_children_do_not_belong_to_the_tree() {
    List<ProcessStat> all =
        List.of(process(2, 1, 2, 2), process(3, 2, 2, 2), process(10, 2, 10, 10));

    assertThat(pids(ProcessStat.belongingTo(Set.of(10L), all))).containsExactly(10L);
  }

  private static ProcessStat process(long pid, long parent, long group, long session) {
    return new ProcessStat(pid, "x", parent, group, session, 0, 0, false);
  }

  private static List<Long> pids(List<ProcessStat> processes) {
    return processes.stream().map(ProcessStat::pid).toList();
  }
}
