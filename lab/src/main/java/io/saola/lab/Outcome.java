package io.saola.lab;

import java.util.Map;

/// What one load brought, whoever made it.
///
/// @param p50 in microseconds, as `p99`
/// @param errors how many of each kind, by their names in JSON
record Outcome(long count, double perSecond, double p50, double p99, Map<String, Long> errors) {
  long allErrors() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }
}
