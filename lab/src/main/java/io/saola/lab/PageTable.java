package io.saola.lab;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The figures of one situation as a table of the page, with what was asked for below.
final class PageTable {
  private final PeersResult result;
  private final Situation situation;
  private final Map<String, Figures> figures;
  private final @Nullable Figures granian;
  private final double best;

  PageTable(PeersResult result, Situation situation) {
    this.result = result;
    this.situation = situation;
    this.figures = result.figures(situation);
    this.granian = figures.get(Peer.GRANIAN);
    this.best =
        figures.values().stream().mapToDouble(one -> one.rate().median()).max().orElse(Double.NaN);
  }

  String html() {
    Unit unit = situation.workload().unit();
    String connections =
        situation.connections() == 1 ? "1 connection" : situation.connections() + " connections";
    StringBuilder out =
        new StringBuilder(
            """
            <div class="scroll"><table>
            <thead><tr><th>%s</th><th>%s</th><th>× Granian</th><th>p50 ms</th><th>p99 ms</th>\
            <th>p99.9 ms</th><th>longest ms</th><th>%s</th><th>front · Python · kernel</th>\
            <th>PSS MiB</th><th>errors</th></tr></thead>
            <tbody>
            """
                .formatted(connections, unit.rateTitle(), unit.cpuTitle().replace("us", "µs")));
    for (PeersResult.Server server : result.servers()) {
      Figures own = figures.get(server.name());
      if (own != null) {
        out.append(row(server, own));
      }
    }
    return out.append("</tbody></table></div>\n").append(aims()).toString();
  }

  private String row(PeersResult.Server server, Figures own) {
    String cpu = Html.figure(own.cpuTotal().median()) + range(own, own.cpuTotal());
    String pss = Html.figure(own.pss().median() / (1 << 20));
    String[] cells = {
      "<th>" + Html.escape(server.label()) + "</th>",
      rate(own),
      cell("", own, Figures::rate, true),
      cell(millis(own.p50()), own, Figures::p50, false),
      cell(millis(own.p99()), own, Figures::p99, false),
      "<td>" + millis(own.p999()) + "</td>",
      "<td>" + millis(own.most()) + "</td>",
      cell(cpu, own, Figures::cpuTotal, false),
      split(own.cpu()),
      cell(pss, own, Figures::pss, false),
      "<td" + (own.errors() == 0 ? "" : " class=\"bad\"") + ">" + own.errors() + "</td>"
    };
    return "<tr"
        + (server.name().equals(Peer.SAOLA) ? " class=\"saola\"" : "")
        + ">"
        + String.join("", cells)
        + "</tr>\n";
  }

  private String rate(Figures own) {
    return "<td class=\"bar\">"
        + Html.figure(own.rate().median())
        + range(own, own.rate())
        + "<span><i style=\"width:"
        + Html.percent(own.rate().median() / best)
        + "\"></i></span></td>";
  }

  private static String millis(Spread micros) {
    return Html.figure(micros.median() / 1e3);
  }

  /// From the least to the most, where there were several rounds.
  private static String range(Figures own, Spread spread) {
    return own.rounds() == 1
        ? ""
        : " <small>" + Html.figure(spread.least()) + "–" + Html.figure(spread.most()) + "</small>";
  }

  /// A figure with its ratio below.
  ///
  /// @param more whether more is better
  private String cell(String text, Figures own, Function<Figures, Spread> figure, boolean more) {
    double ratio =
        granian == null ? Double.NaN : figure.apply(own).median() / figure.apply(granian).median();
    String kind =
        ratio == 1 || !Double.isFinite(ratio)
            ? ""
            : (more ? ratio > 1 : ratio < 1) ? " better" : " worse";
    return "<td>"
        + text
        + "<span class=\"x"
        + (text.isEmpty() ? " lone" : "")
        + kind
        + "\">"
        + Html.ratio(ratio)
        + "</span></td>";
  }

  private static String split(CpuTime cpu) {
    double total = cpu.total();
    String numbers =
        (cpu.frontUser() == 0 ? "–" : Html.figure(cpu.frontUser()))
            + " · "
            + Html.figure(cpu.workerUser())
            + " · "
            + Html.figure(cpu.kernel());
    return "<td class=\"split\">"
        + numbers
        + "<span aria-hidden=\"true\">"
        + part("front", cpu.frontUser() / total)
        + part("python", cpu.workerUser() / total)
        + part("kernel", cpu.kernel() / total)
        + "</span></td>";
  }

  private static String part(String name, double part) {
    return "<i class=\"" + name + "\" style=\"width:" + Html.percent(part) + "\"></i>";
  }

  private String aims() {
    List<Aim.Verdict> verdicts =
        Aim.of(situation).stream().map(aim -> aim.verdict(figures)).toList();
    StringBuilder out = new StringBuilder("<ul class=\"aims\">");
    for (Aim.Verdict verdict : verdicts) {
      if (verdict.wasMeasured()) {
        out.append("<li>")
            .append(
                Html.escape(
                    verdict.asked().replace(">=", "≥").replace("<=", "≤").replace(" x ", " × ")))
            .append(": <b>")
            .append(
                verdict.ratio() ? Html.ratio(verdict.measured()) : Html.figure(verdict.measured()))
            .append("</b> <b class=\"")
            .append(verdict.reached() ? "good\">reached" : "bad\">missed")
            .append("</b></li>");
      }
    }
    return out.append("</ul>\n").toString();
  }
}
