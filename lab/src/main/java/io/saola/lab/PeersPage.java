package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The results of `lab peers` as one page for a browser that needs nothing else, no network either.
///
/// Tables are written here and say everything; a script adds plots of what they hold.
final class PeersPage {
  private static final String UPLOT = "vendor/uplot/";

  private final StringBuilder out = new StringBuilder();
  private final PagePlots plots = new PagePlots();
  private final List<PeersResult> results;

  /// One workload with so many workers: a card of the page.
  private record Topic(Workload workload, int workers) {
    String title() {
      return workload.label() + (workers == 1 ? "" : ", " + workers + " workers");
    }
  }

  private PeersPage(List<PeersResult> results) {
    this.results = results;
  }

  /// @param results of several runs, each a chapter
  static String write(List<PeersResult> results) throws IOException {
    return new PeersPage(results).page();
  }

  private String page() throws IOException {
    out.append(
        """
        <!doctype html>
        <!-- Written by ./saola lab peers --html; do not edit. -->
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Saola beside its peers</title>
        <style>
        """);
    out.append(resource(UPLOT + "uPlot.min.css")).append('\n');
    out.append(resource("page/style.css")).append("</style>\n</head>\n<body>\n");
    head();
    out.append("<main>\n");
    summary();
    for (int i = 0; i < results.size(); i++) {
      chapter(i, results.get(i));
    }
    out.append("</main>\n");
    foot();
    out.append("<script type=\"application/json\" id=\"plots\">")
        .append(plots.json())
        .append("</script>\n<script>\n");
    out.append("/*\nuPlot 1.6.32\n\n").append(resource(UPLOT + "LICENSE")).append("\n*/\n");
    out.append(resource(UPLOT + "uPlot.iife.min.js")).append("\n</script>\n<script>\n");
    out.append(resource("page/plots.js")).append("</script>\n</body>\n</html>\n");
    return out.toString();
  }

  private void head() {
    Machine machine = results.getLast().machine();
    out.append("<header>\n<h1>Saola beside its peers</h1>\n<p class=\"soft\">")
        .append(Html.escape(machine.cpu()))
        .append(", ")
        .append(machine.cores())
        .append(machine.cores() == 1 ? " core" : " cores")
        .append(" shared with the load · ")
        .append(machine.date().toString(), 0, 10)
        .append(" · commit <code>")
        .append(Html.escape(machine.commit()))
        .append("</code></p>\n<nav>");
    for (int i = 0; i < results.size(); i++) {
      out.append("<a href=\"#run%d\">%s</a>".formatted(i, Html.escape(title(results.get(i)))));
    }
    out.append("<a href=\"#reading\">How to read it</a></nav>\n</header>\n");
  }

  private static String title(PeersResult result) {
    String appInterface = result.method().appInterface() == AppInterface.WSGI ? "WSGI" : "ASGI";
    return appInterface + ", " + result.machine().python();
  }

  /// Saola beside Granian, everything in one look.
  private void summary() {
    StringBuilder rows = new StringBuilder();
    for (PeersResult result : results) {
      StringBuilder chapter = new StringBuilder();
      result.situations().forEach(situation -> chapter.append(row(result, situation)));
      if (!chapter.isEmpty() && results.size() > 1) {
        rows.append("<tr class=\"chapter\"><th colspan=\"6\">")
            .append(Html.escape(title(result)))
            .append("</th></tr>\n");
      }
      rows.append(chapter);
    }
    out.append("<section class=\"card\">\n<h3>Saola ÷ Granian</h3>\n<p class=\"soft\">")
        .append("The fastest peer, in the same run. Of the rate more is better, of all else less. ")
        .append(aims())
        .append("</p>\n");
    if (!rows.isEmpty()) {
      out.append(
              """
              <div class="scroll"><table>
              <thead><tr><th></th><th>rate</th><th>CPU per request</th><th>p50</th><th>p99</th>\
              <th>memory</th></tr></thead>
              <tbody>
              """)
          .append(rows)
          .append("</tbody></table></div>\n");
    }
    out.append("</section>\n");
  }

  private static String row(PeersResult result, Situation situation) {
    Figures saola = result.figures(situation).get(Peer.SAOLA);
    Figures granian = result.figures(situation).get(Peer.GRANIAN);
    return saola == null || granian == null
        ? ""
        : "<tr><th>"
            + Html.escape(situation.name())
            + "</th>"
            + cell(saola.rate(), granian.rate(), true)
            + cell(saola.cpuTotal(), granian.cpuTotal(), false)
            + cell(saola.p50(), granian.p50(), false)
            + cell(saola.p99(), granian.p99(), false)
            + cell(saola.pss(), granian.pss(), false)
            + "</tr>\n";
  }

  /// How many of all aims are reached; nothing where none was measured.
  private String aims() {
    List<Aim.Verdict> verdicts = new ArrayList<>();
    for (PeersResult result : results) {
      for (Situation situation : result.situations()) {
        Map<String, Figures> figures = result.figures(situation);
        Aim.of(situation).forEach(aim -> verdicts.add(aim.verdict(figures)));
      }
    }
    List<Aim.Verdict> measured = verdicts.stream().filter(Aim.Verdict::wasMeasured).toList();
    long reached = measured.stream().filter(Aim.Verdict::reached).count();
    return measured.isEmpty()
        ? ""
        : "%d of %d aims are reached.".formatted(reached, measured.size());
  }

  private static String cell(Spread saola, Spread granian, boolean more) {
    double ratio = saola.median() / granian.median();
    String kind = !Double.isFinite(ratio) ? "" : (more ? ratio >= 1 : ratio <= 1) ? "good" : "bad";
    return "<td class=\"" + kind + "\">" + Html.ratio(ratio) + "</td>";
  }

  private void chapter(int number, PeersResult result) {
    out.append(
        "<section>\n<h2 id=\"run%d\">%s</h2>\n".formatted(number, Html.escape(title(result))));
    List<String> caveats = Caveats.of(result);
    if (!caveats.isEmpty()) {
      out.append("<div class=\"note\"><b>Before you believe it</b><ul>");
      caveats.forEach(one -> out.append("<li>").append(Html.escape(one)).append("</li>"));
      out.append("</ul></div>\n");
    }
    Map<Topic, List<Situation>> topics = new LinkedHashMap<>();
    for (Situation situation : result.situations()) {
      topics
          .computeIfAbsent(
              new Topic(situation.workload(), situation.workers()), _ -> new ArrayList<>())
          .add(situation);
    }
    if (topics.size() > 1) {
      out.append("<nav>");
      for (Topic topic : topics.keySet()) {
        out.append(
            "<a href=\"#%s\">%s</a>".formatted(anchor(number, topic), Html.escape(topic.title())));
      }
      out.append("</nav>\n");
    }
    topics.forEach((topic, situations) -> card(number, topic, result, situations));
    how(result);
    out.append("</section>\n");
  }

  private static String anchor(int number, Topic topic) {
    return "r" + number + "-" + topic.workload().label() + "-" + topic.workers();
  }

  private void card(int number, Topic topic, PeersResult result, List<Situation> situations) {
    out.append(
        "<article class=\"card\" id=\"%s\">\n<h3>%s</h3>\n<p class=\"soft\">%s</p>\n"
            .formatted(
                anchor(number, topic),
                Html.escape(topic.title()),
                Html.escape(topic.workload().text())));
    String id = plots.add(result, situations);
    if (!id.isEmpty()) {
      out.append("<div class=\"plots\" id=\"").append(id).append("\"></div>\n");
    }
    situations.forEach(situation -> out.append(new PageTable(result, situation).html()));
    out.append("</article>\n");
  }

  /// What one needs to take the figures again.
  private void how(PeersResult result) {
    Machine machine = result.machine();
    PeersResult.Method method = result.method();
    out.append("<article class=\"card\">\n<h3>How it was measured</h3>\n<pre>")
        .append(Html.escape(method.command()))
        .append("</pre>\n<dl class=\"facts\">");
    fact(
        "Machine",
        machine.cpu()
            + ", "
            + machine.cores()
            + " cores, "
            + machine.memoryMebibytes()
            + " MiB, Linux "
            + machine.kernel());
    fact("Load before", machine.load());
    fact("Versions", machine.jdk() + "; " + machine.python() + "; " + machine.wrk());
    fact("Saola", "commit " + machine.commit());
    fact("When", machine.date().toString());
    fact(
        "Load", method.load() + ", after " + method.warmup() + " of the same that is not measured");
    fact("Rounds", method.rounds() + ", interleaved; medians, and least–most beside them");
    fact("Access logs", method.accessLog() ? "on, to files" : "off for all");
    if (!method.saolaArgs().isEmpty()) {
      fact("More for Saola", String.join(" ", method.saolaArgs()));
    }
    for (PeersResult.Server server : result.measured()) {
      fact(server.label(), server.versions() + " — " + server.note());
    }
    out.append("</dl>\n</article>\n");
  }

  private void fact(String name, String text) {
    out.append("<dt>%s</dt><dd>%s</dd>\n".formatted(Html.escape(name), Html.escape(text)));
  }

  private void foot() {
    out.append(
        """
        <footer>
        <h2 id="reading">How to read it</h2>
        <p>× is the ratio to Granian in the same run. Read CPU per request first: it is the processor
        time of the whole process tree, the kernel's included, so it does not depend on what the load takes of
        the same cores; the rate and the latency do.</p>
        <p><span class="key front"></span>front: what serves and runs no Python, Saola's JVM or nginx
        <span class="key python"></span>Python: the workers, and a server that lives inside of them
        <span class="key kernel"></span>kernel: for all of them, reading and writing sockets above all</p>
        <p>Latencies are what wrk or the lab's clients saw. PSS is memory with shared pages divided among those who
        share them. Errors are the sum of all rounds.</p>
        <p>Written by <code>saola lab peers --html</code>; <code>docs/performance.md</code> explains the
        method. Plots by uPlot 1.6.32, © Leon Sorokin, MIT; its licence is in this file.</p>
        </footer>
        """);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = PeersPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the build holds no " + name);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
