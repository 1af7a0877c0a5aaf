package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Random days of readers of every speed, and of others who wait for their room.
class SlowReadersPropertyTest {
  private static final int DAYS = 200;
  private static final int STEPS = 400;
  private static final long KIBIBYTE = 1024;

  private final List<ReadersDay.Reading> waiting = new ArrayList<>();
  private int cutInAll;
  private int fastInAll;
  private int helpedInAll;

  @Test
  void nobody_fast_goes_nobody_slower_stays_and_nobody_waits_for_ever() {
    for (long seed = 0; seed < DAYS; seed++) {
      waiting.clear();
      day(new ReadersDay(seed), seed);
    }

    assertThat(cutInAll).isGreaterThan(DAYS);
    assertThat(fastInAll).isGreaterThan(DAYS);
    assertThat(helpedInAll).isGreaterThan(DAYS);
  }

  private void day(ReadersDay day, long seed) {
    long pressedSince = 0;
    int stuck = 0;
    for (int step = 0; step < STEPS; step++) {
      come(day);
      waiting.removeIf(reader -> reader.gone || reader.done || reader.again > 0);
      boolean before = day.readers.isPressed();
      if (!before) {
        pressedSince = day.now;
      }
      waitMore(day);
      int waiters = waiting.size();
      long stored = day.stored();

      day.step();

      String when = "day " + seed + " step " + step;
      check(day, pressedSince, waiters, stored, when);
      helpedInAll += (int) waiting.stream().filter(reader -> reader.again > 0).count();
      stuck = isStuck(day) ? stuck + 1 : 0;
      // A day's speed does not change, so that each is known for what it is after a grace.
      assertThat(stuck).as("%s: %d wait", when, waiters).isLessThan(3 * ReadersDay.GRACE);
    }
  }

  private void come(ReadersDay day) {
    if (day.random.nextInt(3) == 0 && day.all.size() < 60) {
      long held = day.random.nextLong(1, 20_000) * KIBIBYTE;
      long speed = 2 * (long) Math.pow(10, day.random.nextDouble(0, 8)); // per look: whole bytes
      ReadersDay.Reading reader = day.reader(held, held - day.random.nextLong(held), speed);
      fastInAll += reader.isFast() ? 1 : 0;
    }
  }

  private void waitMore(ReadersDay day) {
    if (day.random.nextInt(40) == 0 && waiting.size() < 3) {
      List<ReadersDay.Reading> here =
          day.all.stream().filter(reader -> !reader.gone && !reader.done).toList();
      boolean isNew = here.isEmpty() || day.random.nextBoolean();
      ReadersDay.Reading reader =
          isNew ? day.reader(0, 0, 1) : here.get(day.random.nextInt(here.size()));
      reader.again = 0;
      if (!waiting.contains(reader)) {
        waiting.add(reader);
        day.waits(reader);
      }
    }
  }

  private void check(ReadersDay day, long since, int waiters, long stored, String when) {
    if (day.cut.isEmpty()) {
      return;
    }
    cutInAll += day.cut.size();
    long grace = ReadersDay.GRACE * ReadersDay.STEP;
    assertThat(day.now - since).as(when).isGreaterThanOrEqualTo(grace);
    assertThat(day.cut).as(when).noneMatch(ReadersDay.Reading::isFast);
    assertThat(day.cut).as(when).allMatch(reader -> day.now - reader.since >= grace);
    assertThat(waiters).as(when).isPositive();
    assertThat(waiting.size() == 1 && day.cut.contains(waiting.getFirst())).as(when).isFalse();

    ReadersDay.Reading last = day.cut.getLast();
    List<ReadersDay.Reading> slower =
        day.all.stream()
            .filter(reader -> !reader.gone && reader.held > 0 && !waiting.contains(reader))
            .filter(reader -> day.now - reader.since >= grace)
            .filter(reader -> reader.need() > 1.2 * last.need() + 1)
            .toList();
    assertThat(slower).as(when).isEmpty();
    assertThat(heldByAllButTheLast(day)).as(when).isLessThanOrEqualTo(stored / 16);
  }

  private static long heldByAllButTheLast(ReadersDay day) {
    List<Long> held = new ArrayList<>(day.cutHeld);
    held.removeLast();
    return held.stream().mapToLong(Long::longValue).sum();
  }

  /// Whether somebody waits for one who could go.
  private boolean isStuck(ReadersDay day) {
    List<ReadersDay.Reading> left =
        waiting.stream()
            .filter(reader -> !reader.gone && !reader.done && reader.again == 0)
            .toList();
    long grace = ReadersDay.GRACE * ReadersDay.STEP;
    double seconds = grace / 1e9;
    return !left.isEmpty()
        && day.all.stream()
            .filter(reader -> !reader.gone && reader.held > 0)
            .filter(reader -> left.size() > 1 || !left.contains(reader))
            .filter(reader -> day.now - reader.since >= grace)
            .filter(reader -> reader.speed < 0.9 * SlowReaders.FAST)
            .max(Comparator.comparingDouble(ReadersDay.Reading::need))
            .filter(reader -> reader.need() > 1.2 * SlowReaders.SOON * seconds)
            .isPresent();
  }
}
