package io.saola.control;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How one worker is.
///
/// @param state one word: `idle`, `busy`, `draining`, `booting` …
/// @param requests that it has answered
/// @param current how many it runs
/// @param request the one that has been running for longest, empty if none is
public record WorkerState(
    int slot,
    int pid,
    int generation,
    String state,
    long requests,
    Duration age,
    Optional<Memory> memory,
    int current,
    String request,
    Duration requestAge) {

  /// What it occupies, in bytes: resident, its share of that, and what of it is shared.
  public record Memory(long rss, long pss, long shared) {}

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("slot", slot);
    json.put("pid", pid);
    json.put("generation", generation);
    json.put("state", state);
    json.put("requests", requests);
    json.put("age", seconds(age));
    memory.ifPresent(of -> {
      json.put("rss", of.rss());
      json.put("pss", of.pss());
      json.put("shared", of.shared());
    });
    json.put("running", current);
    if (!request.isEmpty()) {
      json.put("request", request);
      json.put("request_age", seconds(requestAge));
    }
    return json;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
