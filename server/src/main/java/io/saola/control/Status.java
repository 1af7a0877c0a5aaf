package io.saola.control;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a server is.
///
/// @param state `serving`, `upgrading` or `stopping`
/// @param app what the app is called, empty if that is not known
/// @param interfaceName `wsgi` or `asgi`
/// @param generation of the code that serves
/// @param running requests that are with workers
/// @param waiting requests that wait for a worker
/// @param held what clients have of it
/// @param reload the last one's outcome, empty if there was none
/// @param upgrade the outcome of the last one that failed, empty if there was none
public record Status(
    String version,
    String state,
    String app,
    String interfaceName,
    String load,
    String python,
    long pid,
    String user,
    Instant since,
    List<String> addresses,
    int ready,
    int wanted,
    int generation,
    long requests,
    int running,
    int waiting,
    Held held,
    String reload,
    String upgrade) {

  /// What a server holds for its clients; sizes in bytes.
  ///
  /// @param connections that are open, WebSockets as well
  /// @param bodies on their way, in memory
  /// @param files of bodies on their way
  /// @param direct memory for buffers of every kind, used or kept for the next
  public record Held(int connections, long bodies, long files, long direct) {}

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", version);
    json.put("state", state);
    json.put("app", app);
    json.put("interface", interfaceName);
    json.put("load", load);
    json.put("python", python);
    json.put("pid", pid);
    json.put("user", user);
    json.put("since", since.truncatedTo(ChronoUnit.SECONDS).toString());
    json.put("addresses", addresses);
    json.put("workers", Map.of("ready", ready, "wanted", wanted));
    json.put("generation", generation);
    json.put("requests", Map.of("answered", requests, "running", running, "waiting", waiting));
    json.put("connections", held.connections);
    json.put("memory", Map.of("bodies", held.bodies, "files", held.files, "direct", held.direct));
    if (!reload.isEmpty()) {
      json.put("reload", reload);
    }
    if (!upgrade.isEmpty()) {
      json.put("upgrade", upgrade);
    }
    return json;
  }
}
