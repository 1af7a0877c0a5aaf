package io.saola.front.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.front.FrontSettings;
import io.saola.front.Rates;
import io.saola.settings.AnswerSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The time of a body that an app takes as it comes.
class PaceTest {
  private static final long SECOND = 1_000_000_000;

  /// So long that no test takes a part of it that counts.
  private static final long GRACE = 1000 * SECOND;

  private final Pace pace =
      new Pace(
          new FrontSettings(
              1,
              1,
              1,
              SECOND,
              SECOND,
              new Rates(1, 1, GRACE, 6 * GRACE, 0),
              new FrontSettings.Most(0, 0),
              "",
              new AnswerSettings(List.of(), List.of(), "")));

  private boolean isUpAfter(long seconds) {
    return pace.isUp(System.nanoTime() + seconds * SECOND);
  }

  @Test
  void a_body_has_the_grace_and_what_came_with_the_head() {
    pace.body(0);
    assertThat(isUpAfter(900)).isFalse();
    assertThat(isUpAfter(1100)).isTrue();

    pace.body(2000);
    assertThat(isUpAfter(2900)).isFalse();
    assertThat(isUpAfter(3100)).isTrue();

    pace.body(1 << 30);
    assertThat(isUpAfter(6100)).isTrue();
  }

  @Test
  void no_time_passes_while_the_app_does_not_take_it() {
    pace.body(0);
    pace.pauseBody();

    assertThat(isUpAfter(1_000_000)).isFalse();
  }

  @Test
  void what_was_earned_is_kept_over_a_pause_of_the_apps() {
    pace.body(0);
    pace.came(2000);
    pace.pauseBody();
    pace.resumeBody();

    assertThat(isUpAfter(2900)).isFalse();
    assertThat(isUpAfter(3100)).isTrue();
  }

  @Test
  void who_had_earned_nothing_has_the_grace_after_a_pause() {
    pace.body(0);
    assertThat(isUpAfter(999)).isFalse();
    pace.pauseBody();
    pace.resumeBody();

    assertThat(isUpAfter(900)).isFalse();
    assertThat(isUpAfter(1100)).isTrue();
  }
}
