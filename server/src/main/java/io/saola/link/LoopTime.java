package io.saola.link;

import io.netty.util.collection.IntObjectMap;
import io.saola.link.Look.Health;
import java.util.ArrayList;
import java.util.List;

/// Whose time is up in an ASGI worker, and whether its event loop turns (PROTOCOL §10, §14).
///
/// A request that the worker has not begun has used up nothing of its time, and is served elsewhere
/// if the worker has to go. Owned by the link's event loop.
final class LoopTime implements Deadlines {
  /// A worker that has read its link so long ago is asked to do so.
  private static final long SILENCE = 250_000_000;

  private final StatusPage page;
  private final IntObjectMap<Call> calls;
  private final Outbox outbox;

  /// When it was sent what it has not read since; 0 if it has read everything.
  private long askedAt;

  private boolean said;

  LoopTime(StatusPage page, IntObjectMap<Call> calls, Outbox outbox) {
    this.page = page;
    this.calls = calls;
    this.outbox = outbox;
  }

  @Override
  public Look look(long now, Limits limits) {
    List<Call> late = new ArrayList<>();
    boolean blocked = limits.soft() > 0 && enforce(now, limits, late);
    long stands = limits.blocked() > 0 ? stands(now, limits.blocked()) : 0;
    return new Look(blocked ? Health.DONE_FOR : Health.WELL, false, late, blocked ? 0 : stands);
  }

  /// @return whether the worker has not read its link since, and must be killed
  private boolean enforce(long now, Limits limits, List<Call> late) {
    boolean blocked = false;
    long started = page.started();
    List<Integer> streams = new ArrayList<>();
    for (IntObjectMap.PrimitiveEntry<Call> entry : calls.entries()) {
      Call call = entry.value();
      if (Integer.toUnsignedLong(entry.key()) > started) {
        long limit = limits.soft() + limits.grace();
        blocked |= page.read() < call.since() && now - call.since() > limit;
      } else if (call.enforce(entry.key(), outbox, now, limits)) {
        streams.add(entry.key());
        blocked |= page.read() < call.toldAt();
      }
    }
    for (int stream : streams) {
      late.add(calls.remove(stream));
    }
    return blocked;
  }

  /// For how long the loop has not turned, if that is longer than `limit` and has not been said.
  private long stands(long now, long limit) {
    long read = page.read();
    if (askedAt != 0 && read >= askedAt) {
      askedAt = 0;
      said = false;
    }
    if (askedAt != 0) {
      long stands = now - askedAt;
      if (stands <= limit || said) {
        return 0;
      }
      said = true;
      return stands;
    }
    if (!calls.isEmpty() && now - read > SILENCE) {
      askedAt = now;
      outbox.ping();
    }
    return 0;
  }
}
