package io.saola.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Readers of stored answers, each as fast as it is, and the time of day.
final class ReadersDay {
  /// Between two looks.
  static final long STEP = 500_000_000;

  /// In steps.
  static final int GRACE = 10;

  /// One of them. Its file is free only when it has read all, as spool files are.
  final class Reading implements SlowReaders.Reader {
    final long since = now;
    long held;
    long left;
    long speed;
    long taken = random.nextLong(1000);
    int again;
    boolean gone;
    boolean done;

    private Reading(long held, long left, long speed) {
      this.held = held;
      this.left = left;
      this.speed = speed;
    }

    private void read() {
      long bytes = Math.min(left, speed / 2);
      taken += bytes;
      left -= bytes;
      if (left == 0 && held > 0) {
        held = 0;
        readers.remove(this);
        readers.waitsNoMore(this);
        done = true;
      }
    }

    /// Whether nobody may end it: with a tenth to spare for bytes that are not read in time.
    boolean isFast() {
      double seconds = STEP * (double) GRACE / 1e9;
      return speed >= 1.1 * SlowReaders.FAST || left * 1.1 <= SlowReaders.SOON * seconds * speed;
    }

    /// How long it would take for all, in seconds.
    double need() {
      return left / (double) speed;
    }

    @Override
    public long held() {
      return held;
    }

    @Override
    public long left() {
      return left;
    }

    @Override
    public long taken() {
      asked++;
      return taken;
    }

    @Override
    public void cutOff() {
      gone = true;
      cut.add(this);
      cutHeld.add(held);
      held = 0;
    }

    @Override
    public void roomAgain() {
      again++;
    }
  }

  final SplittableRandom random;
  final List<Reading> all = new ArrayList<>();

  /// Who had to go at the last look.
  final List<Reading> cut = new ArrayList<>();

  /// What they held.
  final List<Long> cutHeld = new ArrayList<>();

  final SlowReaders readers = new SlowReaders(GRACE * STEP, this::stored);
  long now = 1L << 40;

  /// How often a reader's speed was asked for.
  int asked;

  ReadersDay(long seed) {
    random = new SplittableRandom(seed);
  }

  long stored() {
    return all.stream().mapToLong(reader -> reader.held).sum();
  }

  long gone() {
    return all.stream().filter(reader -> reader.gone).count();
  }

  /// @param held 0 for one whose answer is not stored yet
  Reading reader(long held, long left, long speed) {
    Reading reader = new Reading(held, left, speed);
    all.add(reader);
    if (held > 0) {
      readers.add(reader, now);
      asked = 0;
    }
    return reader;
  }

  void waits(Reading reader) {
    readers.waits(reader, now);
  }

  /// So many looks.
  void pass(long steps) {
    for (long i = 0; i < steps; i++) {
      step();
    }
  }

  void step() {
    now += STEP;
    cut.clear();
    cutHeld.clear();
    all.stream().filter(reader -> !reader.gone).forEach(Reading::read);
    if (readers.isPressed()) {
      readers.look(now);
    }
  }
}
