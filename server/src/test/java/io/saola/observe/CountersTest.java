package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.Rejection;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountersTest {
  @Test
  void requests_are_counted_by_how_they_ended() {
    Counters counters = new Counters();
    AccessRecord record = new AccessRecord();
    record.bodyBytes = 10;
    for (int status : new int[] {200, 204, 304, 404, 499, 500, 0, 999}) {
      record.status = status;
      counters.count(record);
    }
    record.status = 504;
    record.rejection = Rejection.TIMEOUT;
    record.aborted = true;
    counters.count(record);

    assertThat(counters.snapshot())
        .isEqualTo(
            new Counters.Snapshot(
                Map.of(0, 2L, 1, 0L, 2, 2L, 3, 1L, 4, 2L, 5, 2L),
                Map.of(Rejection.TIMEOUT, 1L),
                1,
                90));
  }
}
