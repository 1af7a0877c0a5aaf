package io.saola.settings;

import java.util.List;

/// How a request is known by name, from the proxy in front to the app's own logs.
///
/// @param requestId whether each request has an id, which the app sees and the answer carries
/// @param traceparent whether a request that belongs to no trace begins one
public record TraceSettings(boolean requestId, boolean traceparent) {
  static final Section SECTION = new Section("Request ids");

  /// What becomes of `traceparent`.
  enum Trace {
    PASS,
    MAKE
  }

  static final Setting<Boolean> REQUEST_ID =
      SECTION.onOff(
          "request-id",
          "on",
          "Give each request an id: X-Request-ID as it came, or a new one, for the log, the app and"
              + " the answer.");

  static final Setting<Trace> TRACEPARENT =
      SECTION.one(
          "traceparent",
          Setting.NO_LETTER,
          "WHAT",
          "pass",
          new OneOf<>(List.of(Trace.values())),
          "W3C trace context: pass it on as it came, or make one where there is none.");

  static TraceSettings from(Values values) {
    return new TraceSettings(values.get(REQUEST_ID), values.get(TRACEPARENT) == Trace.MAKE);
  }
}
