package io.saola.lab.load;

import java.util.List;
import java.util.Map;

/// What became of the requests of a [Stretch].
///
/// @param failures how many, by how they failed; only those that occurred
/// @param examples the first few of them, each in a line, with when they happened
/// @param worst the longest time from when a request was due to its answer, in ms; NaN of nothing
/// @param workers how many processes have answered
public record Answers(
    long sent,
    Map<Failure, Integer> failures,
    List<String> examples,
    double p50,
    double p99,
    double worst,
    int workers) {

  public long failed() {
    return failures.values().stream().mapToLong(Integer::longValue).sum();
  }
}
