package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RosterTest {
  @TempDir Path scratch;

  @ParameterizedTest
  @EnumSource(AppInterface.class)
  void every_server_is_told_its_address_and_the_app(AppInterface appInterface) {
    for (Peer peer : Roster.select(appInterface, List.of(), true)) {
      assertThat(String.join(" ", command(peer, 1, 0)))
          .as(peer.name())
          .contains(peer.is(Peer.Trait.NGINX) ? "app.sock" : "8123")
          .contains("the_app:app");
    }
  }

  @Test
  void what_is_unusual_is_measured_only_when_asked_for() {
    assertThat(Roster.select(AppInterface.WSGI, List.of(), false))
        .extracting(Peer::name)
        .doesNotContain("granian-default");
    assertThat(Roster.select(AppInterface.WSGI, List.of("granian-default"), false)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Workload.class)
  void every_workload_has_an_app(Workload workload) {
    for (AppInterface appInterface : AppInterface.values()) {
      if (workload.has(appInterface)) {
        String[] target = workload.target(appInterface).split(":", 2);
        assertThat(Path.of("apps", target[0].replace('.', '/') + ".py"))
            .content()
            .containsPattern("(def %1$s\\(|^%1$s = )".formatted(target[1]).replace("^", "(?m)^"));
      }
    }
  }

  @Test
  void the_script_of_a_post_is_there_and_sends_what_is_compared() {
    Traffic.Post post = (Traffic.Post) Workload.ECHO.traffic();

    assertThat(Path.of("apps", post.script()))
        .content()
        .contains("string.rep(\"0123456789abcdef\", " + post.body().length() / 16 + ")");
  }

  @Test
  void every_package_of_a_server_is_pinned() throws Exception {
    List<String> pinned =
        Files.readAllLines(Path.of("requirements-peers.txt")).stream()
            .map(line -> line.split("==", 2)[0])
            .toList();

    for (AppInterface appInterface : AppInterface.values()) {
      for (Peer peer : Roster.select(appInterface, List.of(), true)) {
        assertThat(pinned).as(peer.name()).containsAll(peer.packages());
      }
    }
    for (Workload workload : Workload.values()) {
      assertThat(pinned).as(workload.label()).containsAll(workload.packages());
    }
  }

  @Test
  void every_server_of_several_workers_is_told_how_many() {
    for (AppInterface appInterface : AppInterface.values()) {
      for (Peer peer : Roster.select(appInterface, List.of(), true)) {
        boolean told = command(peer, 3, 0).contains("3");

        assertThat(told).as(peer.name()).isEqualTo(!peer.is(Peer.Trait.ONE_WORKER));
        assertThat(peer.can(new Situation(appInterface, Workload.HELLO, 3, 64))).isEqualTo(told);
      }
    }
  }

  @Test
  void an_app_that_waits_gets_the_threads_it_needs_where_there_are_any() {
    assertThat(Workload.SLEEP.threads(AppInterface.WSGI)).isEqualTo(64);
    assertThat(Workload.SLEEP.threads(AppInterface.ASGI)).isZero();
    assertThat(
            Roster.select(AppInterface.WSGI, List.of(), true).stream()
                .filter(peer ->
                    command(peer, 1, 64).stream().anyMatch(word -> word.matches("(--threads=)?64")))
                .map(Peer::name))
        .containsExactly(
            "saola", "granian", "gunicorn-gthread", "uwsgi", "nginx-uwsgi", "waitress");
  }

  @Test
  void what_serves_one_at_a_time_is_spared_an_app_that_waits() {
    Peer sync = Roster.select(AppInterface.WSGI, List.of("gunicorn-sync"), false).getFirst();

    assertThat(sync.can(new Situation(AppInterface.WSGI, Workload.SLEEP, 1, 64))).isFalse();
    assertThat(sync.can(new Situation(AppInterface.WSGI, Workload.MIXED, 2, 8))).isTrue();
  }

  @Test
  void behind_nginx_a_server_listens_on_the_socket_that_nginx_knows() {
    Peer peer = Roster.select(AppInterface.WSGI, List.of("nginx-gunicorn"), false).getFirst();

    assertThat(command(peer, 2, 0)).containsSequence("-b", "unix:" + scratch + "/app.sock");
    assertThat(scratch.resolve("front.conf"))
        .content()
        .contains("worker_processes 2;", "listen 127.0.0.1:8123;", "proxy_pass http://app;")
        .contains("server unix:" + scratch + "/app.sock ");
  }

  @Test
  void a_twin_runs_what_there_is_for_asgi() {
    Peer uvicorn = Roster.select(AppInterface.WSGI, List.of("uvicorn"), false).getFirst();

    assertThat(uvicorn.runs(AppInterface.WSGI)).isEqualTo(AppInterface.ASGI);
    assertThat(uvicorn.can(new Situation(AppInterface.WSGI, Workload.MIXED, 1, 8))).isFalse();
  }

  @Test
  void some_workloads_say_how_many_workers_they_need() {
    assertThat(Workload.MIXED.workers(List.of(1))).containsExactly(2);
    assertThat(Workload.MIXED.workers(List.of(1, 4))).containsExactly(4);
    assertThat(Workload.HELLO.workers(List.of(1, 4))).containsExactly(1, 4);
    assertThat(Workload.WS_BROADCAST.workers(List.of(2, 4))).as("one room").containsExactly(1);
  }

  @Test
  void only_the_sleep_of_asgi_needs_more_places() {
    assertThat(Workload.SLEEP.saolaArgs(AppInterface.ASGI))
        .containsExactly("--asgi-concurrency", "1000");
    assertThat(Workload.HELLO.saolaArgs(AppInterface.ASGI)).isEmpty();
  }

  private List<String> command(Peer peer, int workers, int threads) {
    return peer.command(
        new Peer.Start(
            Path.of("/home"),
            Path.of("/bin"),
            "127.0.0.1:8123",
            "the_app:app",
            workers,
            threads,
            scratch,
            null,
            List.of()));
  }
}
