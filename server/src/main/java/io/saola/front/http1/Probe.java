package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.saola.front.http1.ResponseWriter.Persistence;
import io.saola.model.Method;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// The paths that the server answers itself, for whoever watches it.
enum Probe {
  /// The event loop turns.
  LIVE("live"),
  /// Workers can take requests, and the server is not stopping.
  READY("ready");

  private final String name;

  Probe(String name) {
    this.name = name;
  }

  /// What a probe says at a moment.
  record Reading(int status, String text) {
    ResponseWriter.Own response(
        Http1 shared, ByteBufAllocator allocator, RequestHead head, boolean close) {
      Persistence persistence = Persistence.of(close, head.minorVersion());
      boolean withBody = head.method() != Method.HEAD;
      return shared.writer().probed(allocator, head, status, text, persistence, withBody);
    }
  }

  /// The probe that this request is for, or null: it is for the app.
  ///
  /// @param prefix empty if there are no probes
  static @Nullable Probe of(byte[] prefix, RequestHead head) {
    int start = head.pathStart();
    if (prefix.length == 0 || head.pathEnd() - start < prefix.length || head.hasBody()) {
      return null;
    }
    byte[] bytes = head.bytes();
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[start + i] != prefix[i]) {
        return null;
      }
    }
    String name = head.text(start + prefix.length, head.pathEnd());
    for (Probe probe : values()) {
      if (probe.name.equals(name)) {
        return probe;
      }
    }
    return null;
  }

  /// What it says now, which is logged as well.
  ByteBuf answer(
      Http1 shared,
      ByteBufAllocator allocator,
      NextRequest request,
      boolean close,
      long startNanos) {
    Reading reading = read(shared);
    ResponseWriter.Own own = reading.response(shared, allocator, request.head(), close);
    request.log(true, reading.status(), null, own.bodyBytes(), startNanos);
    return own.bytes();
  }

  private Reading read(Http1 shared) {
    boolean ready = shared.exchanges().isReady() && !shared.connections().isLeaving();
    return this == LIVE || ready ? new Reading(200, name + "\n") : new Reading(503, "not ready\n");
  }
}
