package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartupRosterTest {
  private static final List<LoadMode> ALL = List.of(LoadMode.values());

  @Test
  void every_row_is_told_its_address_its_workers_and_an_app_that_exists() {
    for (Contender one : StartupRoster.select(List.of(), ALL)) {
      String command = String.join(" ", command(one, List.of()));

      assertThat(command)
          .as(one.name())
          .contains("127.0.0.1:8123")
          .containsPattern("(-w|--processes) 7 ")
          .containsPattern("project\\.(wsgi|thin|warm):application");
    }
    assertThat(List.of("wsgi", "thin", "warm"))
        .allSatisfy(module -> assertThat(Path.of("django/project", module + ".py")).exists());
    assertThat(Path.of("gunicorn_ready.py")).exists();
  }

  @Test
  void rows_are_chosen_by_server_and_by_mode() {
    assertThat(StartupRoster.select(List.of("saola", "gunicorn"), List.of(LoadMode.PREWARM)))
        .extracting(Contender::name)
        .containsExactly("saola prewarm", "gunicorn --preload");
  }

  @Test
  void saola_is_warmed_up_where_it_knows_how() {
    Contender prewarm = row("saola prewarm");

    assertThat(command(prewarm, List.of())).doesNotContain("--warmup");
    assertThat(command(prewarm, List.of("--warmup"))).contains("--warmup", DjangoProject.PAGE);
    assertThat(command(row("saola prefork"), List.of("--warmup"))).doesNotContain("--warmup");
  }

  @Test
  void reforking_is_prewarm_with_one_more_flag_that_must_be_known() {
    Contender refork = row("saola refork");

    assertThat(refork.flags()).containsExactly("--refork-after");
    assertThat(String.join(" ", command(refork, List.of())))
        .contains("--load prewarm --refork-after ");
  }

  @Test
  void a_server_has_started_when_each_of_its_workers_says_so() {
    Contender gunicorn = row("gunicorn");

    assertThat(gunicorn.hasStarted("lab: worker ready 11\n", 2)).isFalse();
    assertThat(gunicorn.hasStarted("lab: worker ready 11\nlab: worker ready 12\n", 2)).isTrue();
  }

  @Test
  void saola_has_started_when_it_says_so_once() {
    String line =
        "[2026-11-22 12:12:52 +0000] [3343] [INFO] saola 0.1.0-SNAPSHOT serves app:app on"
            + " http://127.0.0.1:18999: 3 workers, wsgi, prewarm, Python 3.11.7, ready in 2.09 s\n";

    assertThat(row("saola lazy").hasStarted("mold still loads the app\n", 10)).isFalse();
    assertThat(row("saola lazy").hasStarted(line, 10)).isTrue();
  }

  @Test
  void what_is_installed_is_pinned_and_as_for_peers() throws Exception {
    List<String> pins = Files.readAllLines(Path.of("requirements-startup.txt"));
    List<String> peers = Files.readAllLines(Path.of("requirements-peers.txt"));

    for (Contender one : StartupRoster.select(List.of(), ALL)) {
      assertThat(pins.stream().map(line -> line.split("==", 2)[0]))
          .as(one.name())
          .containsAll(one.packages());
    }
    assertThat(peers)
        .containsAll(pins.stream().filter(pin -> pin.matches("(?i).*u(WSGI|nicorn)=.*")).toList());
  }

  private static Contender row(String name) {
    return StartupRoster.select(List.of(), ALL).stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> command(Contender one, List<String> flags) {
    return one.command()
        .apply(
            new Contender.Place(
                Path.of("/home"),
                Path.of("/venv/bin"),
                Path.of("/project"),
                "127.0.0.1:8123",
                7,
                flags,
                List.of()));
  }
}
