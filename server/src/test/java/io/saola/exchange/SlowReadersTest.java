package io.saola.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SlowReadersTest {
  private static final long MEBIBYTE = 1 << 20;

  private final ReadersDay day = new ReadersDay(1);

  private ReadersDay.Reading waiter() {
    return day.reader(0, 0, 0);
  }

  @Test
  void the_slowest_reader_goes_after_the_grace_and_whoever_waits_goes_on() {
    ReadersDay.Reading slow = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 600);
    ReadersDay.Reading slower = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 500);
    ReadersDay.Reading waiter = waiter();
    day.waits(waiter);

    day.pass(ReadersDay.GRACE - 1);
    assertThat(slower.gone).isFalse();
    day.pass(1);

    assertThat(slower.gone).isTrue();
    assertThat(slow.gone).isFalse();
    assertThat(waiter.again).isEqualTo(1);
  }

  @Test
  void nobody_goes_while_nobody_waits() {
    ReadersDay.Reading idle = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 0);

    day.pass(100 * ReadersDay.GRACE);

    assertThat(idle.gone).isFalse();
    assertThat(day.asked).isZero();
  }

  @Test
  void nobody_goes_for_the_sake_of_its_own_answer() {
    ReadersDay.Reading idle = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 0);
    day.waits(idle);

    day.pass(100 * ReadersDay.GRACE);
    assertThat(idle.gone).isFalse();
    day.waits(waiter());
    day.pass(1);

    assertThat(idle.gone).isTrue();
  }

  @Test
  void of_two_who_wait_for_each_other_the_slower_one_goes() {
    ReadersDay.Reading slower = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 0);
    ReadersDay.Reading slow = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 1000);
    day.waits(slower);
    day.waits(slow);

    day.pass(ReadersDay.GRACE);

    assertThat(slower.gone).isTrue();
    assertThat(slow.gone).isFalse();
    assertThat(slow.again).isEqualTo(1);
  }

  @Test
  void a_refused_body_counts_for_as_long_as_its_client_may_come_again() {
    ReadersDay.Reading slow = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 0);
    day.readers.refused(day.now);

    day.pass(ReadersDay.GRACE);

    assertThat(slow.gone).isTrue();
  }

  @Test
  void a_refused_body_that_nobody_sends_again_costs_nobody_anything() {
    day.readers.refused(day.now);
    day.pass(2 * ReadersDay.GRACE + 1);
    ReadersDay.Reading slow = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 0);

    day.pass(100 * ReadersDay.GRACE);

    assertThat(slow.gone).isFalse();
  }

  @Test
  void one_that_has_just_come_is_not_judged() {
    day.waits(waiter());
    day.pass(10 * ReadersDay.GRACE);
    ReadersDay.Reading late = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 0);

    day.pass(ReadersDay.GRACE - 1);
    assertThat(late.gone).isFalse();
    day.pass(1);

    assertThat(late.gone).isTrue();
  }

  @Test
  void what_was_fast_long_ago_does_not_help() {
    ReadersDay.Reading tired = day.reader(1000 * MEBIBYTE, 1000 * MEBIBYTE, 10 * MEBIBYTE);
    day.pass(5 * ReadersDay.GRACE);
    tired.speed = 100;
    day.waits(waiter());

    day.pass(ReadersDay.GRACE);
    assertThat(tired.gone).isFalse();
    day.pass(2L * SlowReaders.WINDOW * ReadersDay.GRACE);

    assertThat(tired.gone).isTrue();
  }

  @Test
  void as_many_go_as_hold_a_sixteenth() {
    for (int i = 0; i < 64; i++) {
      day.reader(MEBIBYTE, MEBIBYTE, i);
    }
    day.waits(waiter());

    day.pass(ReadersDay.GRACE);

    assertThat(day.gone()).isEqualTo(4);
  }

  @Test
  void those_who_wait_go_on_when_room_comes_by_itself() {
    ReadersDay.Reading quick = day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 100 * MEBIBYTE);
    day.reader(10 * MEBIBYTE, 10 * MEBIBYTE, 100 * MEBIBYTE);
    ReadersDay.Reading waiter = waiter();
    day.waits(waiter);
    quick.left = 1;

    day.pass(1);

    assertThat(quick.gone).isFalse();
    assertThat(waiter.again).isEqualTo(1);
    assertThat(day.readers.isPressed()).isFalse();
  }
}
