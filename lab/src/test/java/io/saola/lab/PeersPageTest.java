package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PeersPageTest {
  private static final Pattern TAG = Pattern.compile("<(/?)([a-z][a-z0-9]*)[^>]*>");
  private static final Set<String> VOID = Set.of("meta", "link", "img", "br");

  /// Styles and scripts are no tags.
  private static final Pattern RAW = Pattern.compile("(?s)(<(style|script)[^>]*>).*?</\\2>");

  @Test
  void the_page_needs_nothing_from_elsewhere() throws IOException {
    String page = page(result(AppInterface.WSGI, Workload.HELLO, 64, 256));

    assertThat(page)
        .doesNotContain("<link", "src=", "@import", "url(", "fetch(", "import(")
        .contains("var uPlot=", "Permission is hereby granted");
  }

  @Test
  void its_source_says_that_it_is_written() throws IOException {
    assertThat(page(result(AppInterface.WSGI, Workload.HELLO, 64)).lines())
        .element(1)
        .isEqualTo("<!-- Written by ./saola lab peers --html; do not edit. -->");
  }

  @Test
  void every_element_that_begins_ends() throws IOException {
    String page =
        RAW.matcher(page(result(AppInterface.WSGI, Workload.HELLO, 64, 256))).replaceAll("");

    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAG.matcher(page);
    while (tag.find()) {
      if (tag.group(1).isEmpty()) {
        if (!VOID.contains(tag.group(2))) {
          open.push(tag.group(2));
        }
      } else {
        assertThat(open.pop()).as(page.substring(tag.start())).isEqualTo(tag.group(2));
      }
    }
    assertThat(open).isEmpty();
  }

  @Test
  void it_says_where_and_how_the_figures_were_taken() throws IOException {
    assertThat(page(result(AppInterface.WSGI, Workload.HELLO, 64)))
        .contains("Test CPU", "abc1234", "CPython 3.11.7", "wrk -t1 -cN -d5s --latency")
        .contains("<pre>./saola lab peers --json 'a b.json'</pre>")
        .contains("granian 2.8.7 — a &lt;note&gt; &amp; more")
        .doesNotContain("never measured");
  }

  @Test
  void a_row_has_the_figures_their_spread_and_the_ratios() throws IOException {
    Situation situation = new Situation(AppInterface.WSGI, Workload.HELLO, 1, 64);
    PeersResult result =
        PeersResults.of(
            AppInterface.WSGI,
            2,
            List.of(
                PeersResults.measurement(1, "saola", situation, 90_000, 500, 10),
                PeersResults.measurement(2, "saola", situation, 110_000, 500, 10),
                PeersResults.measurement(1, "granian", situation, 80_000, 1000, 20)));

    assertThat(new PageTable(result, situation).html())
        .contains(
            "<tr class=\"saola\"><th>saola</th><td class=\"bar\">100\u2009000"
                + " <small>90\u2009000–110\u2009000</small>")
        .contains(
            "<td><span class=\"x lone better\">1.25 ×</span></td>",
            "<td>0.50<span class=\"x better\">0.50 ×</span>")
        .contains("4.00 · 3.00 · 3.00")
        .contains("≥ 1.15 × granian req/s: <b>1.25 ×</b> <b class=\"good\">reached")
        .doesNotContain("not measured");
  }

  @Test
  void plots_are_drawn_of_what_has_more_than_one_point() throws IOException {
    assertThat(page(result(AppInterface.WSGI, Workload.HELLO, 64)))
        .doesNotContain("class=\"plots\"")
        .contains("id=\"plots\">[]");
    assertThat(page(result(AppInterface.WSGI, Workload.HELLO, 64, 256)))
        .contains("<div class=\"plots\" id=\"plot0\"></div>")
        .containsPattern("\"connections\": \\[\\s+64,\\s+256\\s+]");
  }

  @Test
  void data_cannot_end_the_script_that_holds_it() {
    assertThat(Html.script("{\"a\": \"</script>\"}")).isEqualTo("{\"a\": \"\\u003c/script>\"}");
  }

  @Test
  void several_runs_are_chapters_of_one_page() throws IOException {
    String page =
        PeersPage.write(
            List.of(
                result(AppInterface.WSGI, Workload.HELLO, 64),
                result(AppInterface.ASGI, Workload.SSE, 1000)));

    assertThat(page)
        .contains("<h2 id=\"run0\">WSGI, CPython 3.11.7</h2>")
        .contains("<h2 id=\"run1\">ASGI, CPython 3.11.7</h2>")
        .contains("<th>sse, 1000 connections</th>", "<th>events/s</th>");
  }

  private static String page(PeersResult result) throws IOException {
    return PeersPage.write(List.of(result));
  }

  private static PeersResult result(
      AppInterface appInterface, Workload workload, Integer... connections) {
    List<Measurement> runs =
        List.of(connections).stream()
            .map(count -> new Situation(appInterface, workload, 1, count))
            .flatMap(situation ->
                List.of("saola", "granian").stream()
                    .map(server -> PeersResults.measurement(1, server, situation, 1000, 100, 10)))
            .toList();
    return PeersResults.of(appInterface, 3, runs);
  }
}
