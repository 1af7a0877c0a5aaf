package io.saola.exchange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// Who has to go when all room for bodies is taken, and somebody waits for it: the slowest readers
/// of what is stored.
///
/// For a **grace** the others only wait. Then those readers go who would need longest for what is
/// left of their answers, at the speed at which they have taken bytes lately, until a sixteenth of
/// all stored bytes is free; and again, if that was not enough. A reader stays, however long the
/// others wait, if it is **fast**: it takes [#FAST] bytes a second, or will have taken all that is
/// left within [#SOON] graces. One that came less than a grace ago is not judged, and nobody goes
/// for the sake of its own answer.
///
/// Nothing is done, and nobody's bytes are asked for, unless somebody waits. Owned by one event
/// loop, and no I/O; time is what it is told.
final class SlowReaders {
  /// Bytes per second that are fast, however much is stored.
  static final long FAST = 1 << 20;

  /// How many graces a reader may need for all that is left.
  static final int SOON = 12;

  /// How many graces its speed is measured over, at least; at most it is twice as many.
  static final int WINDOW = 6;

  /// What of all stored bytes is freed at a time.
  private static final int SHARE = 16;

  /// One answer that is being read.
  interface Reader {
    /// How many bytes are free when it ends.
    long held();

    /// How many bytes it still has to be sent.
    long left();

    /// How many bytes it has taken so far, of whatever it was sent.
    long taken();

    /// It has to go.
    void cutOff();

    /// There is room again for what its worker sends.
    void roomAgain();
  }

  /// What a reader had taken, and when; and the same a while before.
  private static final class Marks {
    long at;
    long taken;
    long before;
    long takenBefore;

    Marks(long at, long taken) {
      this.at = before = at;
      this.taken = takenBefore = taken;
    }

    void roll(long now, long takenNow) {
      before = at;
      takenBefore = taken;
      at = now;
      taken = takenNow;
    }
  }

  private record Slow(Reader reader, double nanos) {}

  private final long grace;
  private final LongSupplier stored;
  private final Map<Reader, Marks> readers = new LinkedHashMap<>();
  private final Set<Reader> waiting = new LinkedHashSet<>();
  private boolean pressed;
  private long since;
  private boolean refused;
  private long refusedAt;
  private long peak;

  /// @param grace in nanoseconds
  /// @param stored how many bytes of all bodies are stored, requests' as well
  SlowReaders(long grace, LongSupplier stored) {
    this.grace = grace;
    this.stored = stored;
  }

  /// Something of this reader's answer is stored.
  void add(Reader reader, long now) {
    readers.putIfAbsent(reader, new Marks(now, reader.taken()));
  }

  /// Nothing of it is stored any more.
  void remove(Reader reader) {
    readers.remove(reader);
  }

  /// The worker that answers this reader is held back for want of room.
  void waits(Reader reader, long now) {
    waiting.add(reader);
    press(now);
  }

  void waitsNoMore(Reader reader) {
    waiting.remove(reader);
  }

  /// A request's body has been refused for want of room.
  void refused(long now) {
    refused = true;
    refusedAt = now;
    press(now);
  }

  private void press(long now) {
    if (!pressed) {
      pressed = true;
      since = now;
    }
    peak = stored.getAsLong();
  }

  /// Whether somebody waits, so that it has to be looked at.
  boolean isPressed() {
    return pressed;
  }

  private long held() {
    long all = 0;
    for (Reader reader : readers.keySet()) {
      all += reader.held();
    }
    return all;
  }

  /// To be called twice a second while [#isPressed].
  ///
  /// @return how many readers had to go
  int look(long now) {
    relieve(now);
    if (!isWaited()) {
      pressed = false;
      return 0;
    }
    List<Slow> slow = slowest(now);
    if (now - since < grace) {
      return 0;
    }
    long wanted = Math.max(1, held() / SHARE);
    int gone = 0;
    for (Slow one : slow) {
      if (wanted <= 0) {
        break;
      }
      if (isInTheWay(one.reader)) {
        wanted -= one.reader.held();
        gone++;
        forget(one.reader);
        one.reader.cutOff();
      }
    }
    relieve(now);
    return gone;
  }

  private void forget(Reader reader) {
    readers.remove(reader);
    waiting.remove(reader);
  }

  /// Those who wait go on if there is room: what they do then shows whether it is enough.
  private void relieve(long now) {
    if (refused && now - refusedAt > 2 * grace) {
      refused = false; // whoever it was has not come again
    }
    long rest = stored.getAsLong();
    if (rest < peak && rest <= peak - peak / SHARE) {
      refused = false;
      peak = rest;
      List<Reader> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(Reader::roomAgain);
    }
  }

  private boolean isWaited() {
    return refused || !waiting.isEmpty();
  }

  /// Whether anybody else waits.
  private boolean isInTheWay(Reader reader) {
    return refused || waiting.size() > (waiting.contains(reader) ? 1 : 0);
  }

  /// Those who are not fast, the slowest first.
  private List<Slow> slowest(long now) {
    List<Slow> slow = new ArrayList<>();
    for (Map.Entry<Reader, Marks> entry : readers.entrySet()) {
      Reader reader = entry.getKey();
      Marks marks = entry.getValue();
      long taken = reader.taken();
      long time = now - marks.before;
      if (time >= grace) {
        double speed = (taken - marks.takenBefore) / (double) time;
        double nanos = Math.max(1, reader.left()) / speed;
        if (speed * 1e9 < FAST && nanos > (double) SOON * grace) {
          slow.add(new Slow(reader, nanos));
        }
      }
      if (now - marks.at >= WINDOW * grace) {
        marks.roll(now, taken);
      }
    }
    slow.sort(
        Comparator.comparingDouble(Slow::nanos)
            .thenComparingLong(one -> one.reader.held())
            .reversed());
    return slow;
  }
}
