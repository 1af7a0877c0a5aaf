package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.saola.supervisor.Life.Booting;
import io.saola.supervisor.Life.Empty;
import io.saola.supervisor.Life.Ending;
import io.saola.supervisor.Life.Forking;
import io.saola.supervisor.Life.Ready;
import io.saola.supervisor.LifeEvent.Asked;
import io.saola.supervisor.LifeEvent.Condemned;
import io.saola.supervisor.LifeEvent.Exited;
import io.saola.supervisor.LifeEvent.Forked;
import io.saola.supervisor.LifeEvent.Killed;
import io.saola.supervisor.LifeEvent.ReportedReady;
import io.saola.supervisor.LifeEvent.Unforked;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SlotTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;

  private static final Life EMPTY = new Empty(1, 5);
  private static final Life FORKING = new Forking(1, 2, 10);
  private static final Life BOOTING = new Booting(1, 2, 77, 20);
  private static final Life READY = new Ready(1, 2, 77, 30);
  private static final Life ENDING = new Ending(3, 2, 77, true, 50, false, "why");

  static Stream<Arguments> steps() {
    return Stream.of(
        arguments(EMPTY, new Asked(2, 10), FORKING),
        arguments(FORKING, new Forked(77, 20), BOOTING),
        arguments(FORKING, new Unforked(20), new Empty(2, 20 + 200 * MS)),
        arguments(BOOTING, new ReportedReady(30), READY),
        arguments(BOOTING, new Exited(30), new Empty(2, 30 + 200 * MS)),
        arguments(
            BOOTING, new Condemned(30, 40, "why"), new Ending(2, 2, 77, false, 40, false, "why")),
        arguments(READY, new Exited(31), new Empty(2, 31 + 100 * MS)),
        arguments(READY, new Exited(30 + SECOND), new Empty(0, 30 + SECOND)),
        arguments(
            READY, new Condemned(31, 40, "why"), new Ending(2, 2, 77, true, 40, false, "why")),
        arguments(
            READY,
            new Condemned(30 + SECOND, 40, "why"),
            new Ending(0, 2, 77, true, 40, false, "why")),
        arguments(ENDING, new Condemned(45, 60, "later"), ENDING),
        arguments(
            ENDING,
            new Condemned(45, 45, "sooner"),
            new Ending(3, 2, 77, true, 45, false, "sooner")),
        arguments(ENDING, new Killed(), new Ending(3, 2, 77, true, 50, true, "why")),
        arguments(ENDING, new Exited(60), new Empty(3, 60 + 200 * MS)),
        arguments(new Ending(0, 2, 77, true, 50, true, "why"), new Exited(60), new Empty(0, 60)),
        arguments(
            new Ending(1, 2, 77, false, 50, true, "why"),
            new Exited(60),
            new Empty(1, 60 + 100 * MS)));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void goes_where_the_picture_says(Life life, LifeEvent event, Life then) {
    assertThat(Slot.next(life, event)).isEqualTo(then);
  }

  @Test
  void every_other_pair_is_refused() {
    List<Life> lives = List.of(EMPTY, FORKING, BOOTING, READY, ENDING);
    List<LifeEvent> events =
        List.of(
            new Asked(2, 90),
            new Forked(77, 90),
            new Unforked(90),
            new ReportedReady(90),
            new Condemned(90, 91, "why"),
            new Killed(),
            new Exited(90));
    List<Arguments> allowed = steps().toList();

    for (Life life : lives) {
      for (LifeEvent event : events) {
        boolean isAllowed =
            allowed.stream()
                .anyMatch(step ->
                    step.get()[0].getClass() == life.getClass()
                        && step.get()[1].getClass() == event.getClass());
        if (!isAllowed) {
          assertThatIllegalStateException()
              .as(event + " in " + life)
              .isThrownBy(() -> Slot.next(life, event));
        }
      }
    }
  }

  @Test
  void one_early_death_is_forgiven_and_the_next_one_waits() {
    Slot slot = new Slot(Role.WORKER, 0, 0);

    liveFor(slot, 0, 5 * MS);
    assertThat(slot.life()).isEqualTo(new Empty(1, 5 * MS));

    liveFor(slot, 5 * MS, 5 * MS);
    assertThat(slot.life()).isEqualTo(new Empty(2, 10 * MS + 100 * MS));

    liveFor(slot, SECOND, SECOND);
    assertThat(slot.life()).isEqualTo(new Empty(0, 2 * SECOND));
  }

  private static void liveFor(Slot slot, long from, long length) {
    slot.apply(new Asked(1, from));
    slot.apply(new Forked(9, from));
    slot.apply(new ReportedReady(from));
    slot.apply(new Exited(from + length));
  }
}
