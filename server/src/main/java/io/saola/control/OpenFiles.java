package io.saola.control;

import java.util.LinkedHashMap;
import java.util.Map;

/// How many files, sockets among them, a process has open.
///
/// @param name `server`, `worker 3` …
/// @param limit how many it may have, [Long#MAX_VALUE] for any number
public record OpenFiles(String name, long pid, long open, long limit) {
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("pid", pid);
    json.put("open", open);
    if (limit != Long.MAX_VALUE) {
      json.put("limit", limit);
    }
    return json;
  }
}
