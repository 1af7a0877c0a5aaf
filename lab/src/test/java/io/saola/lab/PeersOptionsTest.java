package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeersOptionsTest {
  @Test
  void defaults() throws UsageException {
    assertThat(PeersOptions.parse(List.of()))
        .isEqualTo(
            new PeersOptions(
                AppInterface.WSGI,
                List.of(Workload.HELLO),
                List.of(1),
                List.of(64),
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                3,
                List.of(),
                false,
                new PeersOptions.Output(null, null, null),
                List.of(),
                "/",
                "python3",
                List.of(),
                false,
                false,
                "./saola lab peers"));
  }

  @Test
  void every_option_reaches_its_own_component() throws UsageException {
    assertThat(
            PeersOptions.parse(
                List.of(
                    "--interface",
                    "asgi",
                    "--workload=ws-echo,hello,hello",
                    "--workers=1,4",
                    "--connections=64,256",
                    "--duration=1m",
                    "--warmup",
                    "0",
                    "--rounds",
                    "5",
                    "--only",
                    "saola, granian",
                    "--all",
                    "--json",
                    "out.json",
                    "--csv=out.csv",
                    "--html=out.html",
                    "--with=a.json,b.json",
                    "--path",
                    "/a?b=c",
                    "--python",
                    "python3.13",
                    "--saola-args",
                    "--timeout 5",
                    "--access-log")))
        .isEqualTo(
            new PeersOptions(
                AppInterface.ASGI,
                List.of(Workload.WS_ECHO, Workload.HELLO),
                List.of(1, 4),
                List.of(64, 256),
                Duration.ofMinutes(1),
                Duration.ZERO,
                5,
                List.of("saola", "granian"),
                true,
                new PeersOptions.Output(
                    Path.of("out.json"), Path.of("out.csv"), Path.of("out.html")),
                List.of(Path.of("a.json"), Path.of("b.json")),
                "/a?b=c",
                "python3.13",
                List.of("--timeout", "5"),
                true,
                false,
                "./saola lab peers --interface asgi --workload=ws-echo,hello,hello --workers=1,4"
                    + " --connections=64,256 --duration=1m --warmup 0 --rounds 5 --only"
                    + " 'saola, granian' --all --json out.json --csv=out.csv --html=out.html"
                    + " --with=a.json,b.json --path '/a?b=c' --python python3.13 --saola-args"
                    + " '--timeout 5' --access-log"));
  }

  @Test
  void every_problem_is_reported_in_one_go() {
    UsageException e =
        catchThrowableOfType(
            UsageException.class,
            () ->
                PeersOptions.parse(
                    List.of(
                        "--round=3",
                        "--only",
                        "granien",
                        "--duration",
                        "500ms",
                        "--connections",
                        "0",
                        "--interface=agsi",
                        "--workload=helo,sse",
                        "--json")));

    assertThat(e.problems())
        .containsExactly(
            "unknown option '--round', did you mean '--rounds'?",
            "--duration 500ms: whole seconds, at least 1, as in 5s",
            "--connections 0: a number from 1 to 99999",
            "unknown interface 'agsi', did you mean 'asgi'?",
            "unknown workload 'helo', did you mean 'hello'?",
            "--json needs a value",
            "unknown wsgi server 'granien', did you mean 'granian'?",
            "workload 'sse' has no wsgi app");
  }

  @Test
  void asgi_means_all_its_workloads() throws UsageException {
    assertThat(PeersOptions.parse(List.of("--interface=asgi")).workloads())
        .containsExactlyElementsOf(Workload.all(AppInterface.ASGI))
        .doesNotContain(Workload.MIXED);
    assertThat(PeersOptions.parse(List.of("--workload=all")).workloads())
        .contains(Workload.DJANGO, Workload.MIXED)
        .doesNotContain(Workload.API, Workload.SSE);
  }

  @Test
  void quick_is_short_and_whatever_else_is_said_still_holds() throws UsageException {
    PeersOptions quick = PeersOptions.parse(List.of("--quick"));
    PeersOptions longer = PeersOptions.parse(List.of("--quick", "--rounds=2", "--only=uwsgi"));

    long seconds =
        (3 + quick.connections().size() * quick.warmup().plus(quick.duration()).toSeconds())
            * quick.workloads().size()
            * quick.only().size()
            * quick.rounds();
    assertThat(seconds).isLessThan(180);
    assertThat(longer.rounds()).isEqualTo(2);
    assertThat(longer.only()).containsExactly("uwsgi");
  }

  @Test
  void other_results_are_for_the_page() {
    assertThat(problems("--with=a.json"))
        .containsExactly("--with needs --html: it is the page that shows other results as well");
  }

  @Test
  void a_server_is_looked_for_among_those_of_the_interface_wherever_it_stands() {
    assertThat(problems("--only=hypercorn", "--interface=asgi")).isEmpty();
    assertThat(problems("--only=hypercorn"))
        .singleElement()
        .asString()
        .startsWith("unknown wsgi server 'hypercorn' (known: saola, granian, ");
  }

  @Test
  void the_help_names_every_server_and_workload() {
    assertThat(PeersOptions.helpText())
        .contains(Roster.names(AppInterface.WSGI))
        .contains(Roster.names(AppInterface.ASGI))
        .contains(Workload.labels());
  }

  private static List<String> problems(String... arguments) {
    try {
      PeersOptions.parse(List.of(arguments));
      return List.of();
    } catch (UsageException e) {
      return e.problems();
    }
  }

  @Test
  void an_unknown_tool_is_a_usage_error() {
    assertThat(Main.run(List.of("pears"))).isEqualTo(78);
  }
}
