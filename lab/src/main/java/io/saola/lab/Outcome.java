package io.saola.lab;

import java.util.Map;

/// What one load brought, whoever made it.
///
/// @param errors how many of each kind, by their names in JSON
record Outcome(long count, double perSecond, Latency latency, Map<String, Long> errors) {
  /// In microseconds.
  record Latency(double p50, double p99, double p999, double most) {}

  long allErrors() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }
}
