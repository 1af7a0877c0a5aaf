package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Everything that one run of `lab peers` has found, and how.
record PeersResult(
    Machine machine, Method method, List<Server> servers, List<Measurement> measurements) {

  /// How it was measured.
  ///
  /// @param load the command of the load, where `N` stands for the connections
  /// @param command the command of the lab, to repeat it
  record Method(
      AppInterface appInterface,
      String load,
      String warmup,
      int rounds,
      String path,
      boolean accessLog,
      List<String> saolaArgs,
      String command) {

    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("tool", "lab peers");
      map.put("command", command);
      map.put("interface", appInterface.label());
      map.put("load", load);
      map.put("warmup", warmup);
      map.put("rounds", rounds);
      map.put("path", path);
      map.put("accessLog", accessLog);
      map.put("saolaArgs", saolaArgs);
      return map;
    }
  }

  /// @param label its name as tables show it
  /// @param versions what it is made of
  /// @param note how it ran
  record Server(String name, String label, String versions, String note) {
    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("name", name);
      map.put("label", label);
      map.put("versions", versions);
      map.put("note", note);
      return map;
    }
  }

  /// What was measured, each once, in the order in which it was.
  Set<Situation> situations() {
    Set<Situation> situations = new LinkedHashSet<>();
    measurements.forEach(one -> situations.add(one.situation()));
    return situations;
  }

  /// By server, in the order of the roster.
  Map<String, Figures> figures(Situation situation) {
    Map<String, Figures> figures = new LinkedHashMap<>();
    for (Server server : servers) {
      List<Measurement> rounds =
          measurements.stream()
              .filter(
                  one -> one.server().equals(server.name()) && one.situation().equals(situation))
              .toList();
      if (!rounds.isEmpty()) {
        figures.put(server.name(), Figures.of(server.name(), rounds));
      }
    }
    return figures;
  }

  /// Those of which there is anything to say.
  List<Server> measured() {
    return servers.stream()
        .filter(server -> measurements.stream().anyMatch(one -> one.server().equals(server.name())))
        .toList();
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("machine", machine.toMap());
    map.put("method", method.toMap());
    map.put("servers", servers.stream().map(Server::toMap).toList());
    map.put("medians", situations().stream().map(this::medians).toList());
    map.put("caveats", Caveats.of(this));
    map.put("runs", measurements.stream().map(Measurement::toMap).toList());
    return map;
  }

  private Map<String, Object> medians(Situation situation) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("workload", situation.workload().label());
    map.put("workers", situation.workers());
    map.put("connections", situation.connections());
    map.put("servers", figures(situation).values().stream().map(Figures::toMap).toList());
    return map;
  }
}
