package io.saola.link;

import io.netty.util.collection.IntObjectMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the places of a WSGI worker with several are at, and whose time is up (PROTOCOL §6).
///
/// Owned by the link's event loop.
final class Places {
  private final StatusPage page;
  private final int count;
  private final IntObjectMap<Call> calls;
  private boolean overdue;

  Places(StatusPage page, int count, IntObjectMap<Call> calls) {
    this.page = page;
    this.count = count;
    this.calls = calls;
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
      if (page.stream(place) == unsigned) {
        page.cancel(place, unsigned);
      }
    }
  }

  /// Gives up the requests that have been running for longer than `limit` nanoseconds.
  Health look(long now, long limit) {
    List<Answer> late = new ArrayList<>();
    boolean others = false;
    for (int place = 0; place < count; place++) {
      long stream = page.stream(place);
      long since = page.since(place);
      if (since == 0) {
        continue;
      }
      Call call = calls.get((int) stream);
      // Another stream than before: it has begun this very moment.
      if (page.stream(place) != stream || !isOverdue(call, since, now, limit)) {
        others = true;
        continue;
      }
      overdue = true;
      if (call != null) {
        calls.remove((int) stream);
        late.add(call.answer);
      }
    }
    others |= mayBegin(now, limit);
    late.forEach(Answer::timedOut);
    if (!overdue) {
      return Health.WELL;
    }
    return others ? Health.FINISHING : Health.DONE_FOR;
  }

  /// @param call null when its answer is complete, and the app still closes it
  private static boolean isOverdue(@Nullable Call call, long since, long now, long limit) {
    if (call != null && call.streaming) {
      return call.window > 0 && now - Math.max(since, call.since()) > limit;
    }
    return now - since > limit;
  }

  /// Whether a request waits in the worker that it may still begin. One that has waited for longer
  /// than any request may run will not be: no place comes free, or the worker does not read.
  private boolean mayBegin(long now, long limit) {
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
