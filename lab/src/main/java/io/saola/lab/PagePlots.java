package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What the page's script draws: the same figures as in the tables, over the connections.
final class PagePlots {
  /// The colours of the style sheet, `--s0` and on; a server has the same one everywhere.
  private static final Map<String, Integer> COLORS =
      Map.ofEntries(
          Map.entry(Peer.SAOLA, 0),
          Map.entry(Peer.GRANIAN, 1),
          Map.entry("granian-default", 2),
          Map.entry(Peer.GUNICORN_SYNC, 3),
          Map.entry("gunicorn-asgi", 3),
          Map.entry("gunicorn-gthread", 4),
          Map.entry("nginx-gunicorn", 5),
          Map.entry("uwsgi", 6),
          Map.entry("hypercorn", 6),
          Map.entry("nginx-uwsgi", 7),
          Map.entry("uvicorn-h11", 7),
          Map.entry("waitress", 8),
          Map.entry(Peer.UVICORN, 9));

  private final List<Map<String, Object>> groups = new ArrayList<>();

  /// Adds the plots of one workload with so many workers.
  ///
  /// @param situations which differ in their connections alone
  /// @return the id of the element that they are drawn into; empty if one point is all there is
  String add(PeersResult result, List<Situation> situations) {
    if (situations.size() < 2) {
      return "";
    }
    List<PeersResult.Server> servers =
        result.servers().stream()
            .filter(server ->
                situations.stream().anyMatch(one -> result.figures(one).containsKey(server.name())))
            .toList();
    Unit unit = situations.getFirst().workload().unit();
    Map<String, Object> group = new LinkedHashMap<>();
    String id = "plot" + groups.size();
    group.put("id", id);
    group.put("connections", situations.stream().map(Situation::connections).toList());
    group.put("servers", servers.stream().map(PagePlots::server).toList());
    List<List<@Nullable Figures>> lines =
        servers.stream().map(one -> line(result, situations, one)).toList();
    group.put(
        "plots",
        List.of(
            plot(unit.rateTitle(), "more is better", true, false, lines, Figures::rate),
            plot(
                unit.cpuTitle().replace("us", "µs"),
                "less is better; logarithmic",
                false,
                true,
                lines,
                Figures::cpuTotal),
            plot(
                "p99 ms",
                "less is better; logarithmic",
                false,
                true,
                lines,
                figures -> millis(figures.p99()))));
    groups.add(group);
    return id;
  }

  String json() {
    return Html.script(Json.write(groups));
  }

  private static Map<String, Object> server(PeersResult.Server server) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("label", server.label());
    map.put("color", Objects.requireNonNullElse(COLORS.get(server.name()), 8));
    return map;
  }

  /// One server over all situations; nothing where it was not measured.
  private static List<@Nullable Figures> line(
      PeersResult result, List<Situation> situations, PeersResult.Server server) {
    List<@Nullable Figures> line = new ArrayList<>();
    for (Situation situation : situations) {
      line.add(result.figures(situation).get(server.name()));
    }
    return line;
  }

  private static Map<String, Object> plot(
      String title,
      String note,
      boolean high,
      boolean log,
      List<List<@Nullable Figures>> lines,
      Function<Figures, Spread> figure) {
    Map<String, Object> plot = new LinkedHashMap<>();
    plot.put("title", title);
    plot.put("note", note);
    plot.put("high", high);
    plot.put("log", log);
    plot.put("median", values(lines, one -> figure.apply(one).median()));
    plot.put("least", values(lines, one -> figure.apply(one).least()));
    plot.put("most", values(lines, one -> figure.apply(one).most()));
    return plot;
  }

  private static List<List<Double>> values(
      List<List<@Nullable Figures>> lines, Function<Figures, Double> figure) {
    return lines.stream()
        .map(
            line -> line.stream().map(one -> one == null ? Double.NaN : figure.apply(one)).toList())
        .toList();
  }

  private static Spread millis(Spread micros) {
    return new Spread(micros.median() / 1e3, micros.least() / 1e3, micros.most() / 1e3);
  }
}
