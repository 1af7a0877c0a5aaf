package io.saola.link;

import io.netty.util.collection.IntObjectMap;
import io.saola.link.Look.Health;
import io.saola.wire.FrameKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What the places of a WSGI worker are at, and whose time is up (PROTOCOL §6, §14).
///
/// Owned by the link's event loop.
final class Places implements Deadlines {
  private final StatusPage page;
  private final int count;
  private final IntObjectMap<Call> calls;
  private final Outbox outbox;
  private final LongSupplier busySince;

  /// By place: which stream has been told, and when.
  private final long[] told;

  private final long[] toldAt;
  private boolean interrupted;
  private boolean overdue;

  /// @param busySince since when the worker has had something to do
  Places(
      StatusPage page, int count, IntObjectMap<Call> calls, Outbox outbox, LongSupplier busySince) {
    this.page = page;
    this.count = count;
    this.calls = calls;
    this.outbox = outbox;
    this.busySince = busySince;
    this.told = new long[count];
    this.toldAt = new long[count];
  }

  int count() {
    return count;
  }

  /// How long the oldest request has been running, in nanoseconds; 0 if none is.
  long running(long now) {
    long longest = 0;
    for (int place = 0; place < count; place++) {
      long since = page.since(place);
      longest = since == 0 ? longest : Math.max(longest, now - since);
    }
    return longest;
  }

  /// Tells the place that is at this stream, if one is, that nobody wants its answer.
  void cancel(int stream) {
    long unsigned = Integer.toUnsignedLong(stream);
    for (int place = 0; place < count; place++) {
      if (stream(place) == unsigned) {
        page.cancel(place, unsigned);
      }
    }
  }

  /// The stream that a place is at, or was at last. A single place does not say: it is the one that
  /// was started last.
  private long stream(int place) {
    return count == 1 ? page.started() : page.stream(place);
  }

  @Override
  public Look look(long now, Limits limits) {
    List<Call> late = new ArrayList<>();
    boolean others = false;
    boolean signal = false;
    for (int place = 0; place < count; place++) {
      long stream = stream(place);
      long since = page.since(place);
      if (since == 0) {
        continue;
      }
      Call call = calls.get((int) stream);
      // Another stream than before: it has begun this very moment.
      if (stream(place) != stream || !isOverdue(place, stream, call, since, now, limits.soft())) {
        others = true;
        continue;
      }
      signal |= tell(place, stream, call, now);
      if (now - toldAt[place] < limits.grace()) {
        others = true;
        continue;
      }
      overdue = true;
      if (call != null) {
        calls.remove((int) stream);
        late.add(call);
      }
    }
    others |= mayBegin(now, limits);
    return new Look(health(others), signal && count == 1, late, 0);
  }

  private Health health(boolean others) {
    if (!overdue) {
      return interrupted ? Health.TOLD : Health.WELL;
    }
    return others ? Health.FINISHING : Health.DONE_FOR;
  }

  /// @param call null when its answer is complete, and the app still closes it
  private boolean isOverdue(
      int place, long stream, @Nullable Call call, long since, long now, long limit) {
    if (isTold(place, stream)) {
      return true;
    }
    if (call == null) {
      return now - since > limit;
    }
    if (call.isExtended(now)) {
      return false;
    }
    if (call.streaming) {
      return call.window > 0 && now - Math.max(since, call.since()) > limit;
    }
    return now - since > limit;
  }

  private boolean isTold(int place, long stream) {
    return told[place] == stream && toldAt[place] != 0;
  }

  /// @return whether it was not told before
  private boolean tell(int place, long stream, @Nullable Call call, long now) {
    if (isTold(place, stream)) {
      return false;
    }
    interrupted = true;
    told[place] = stream;
    toldAt[place] = now;
    if (count == 1) {
      page.expire(stream);
    } else {
      outbox.cancel((int) stream, FrameKind.TIME);
    }
    if (call != null) {
      call.answer.expired();
    }
    return true;
  }

  /// Whether a request waits in the worker that it may still begin. One that has waited for longer
  /// than any request may run will not be: no place comes free, or the worker does not read.
  private boolean mayBegin(long now, Limits limits) {
    long limit = limits.soft() + limits.grace();
    if (count == 1) {
      // Only when it is idle: what waits behind another has no time of its own.
      boolean idle = !calls.isEmpty() && page.since(0) == 0;
      overdue |= idle && now - busySince.getAsLong() > limit;
      return false;
    }
    boolean may = false;
    long started = page.started();
    for (IntObjectMap.PrimitiveEntry<Call> entry : calls.entries()) {
      if (Integer.toUnsignedLong(entry.key()) > started) {
        boolean late = now - entry.value().since() > limit;
        overdue |= late;
        may |= !late;
      }
    }
    return may;
  }
}
