package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// New code comes into service without a gap, and code that does not work not at all.
class ReloadTest {
  private static final String WSGI =
      """
      import os
      def app(environ, start_response):
          start_response("200 OK", [])
          return [b"VERSION"]
      """;

  private static final String ASGI =
      """
      async def app(scope, receive, send):
          assert scope["type"] == "http"
          await send({"type": "http.response.start", "status": 200})
          await send({"type": "http.response.body", "body": b"VERSION"})
      """;

  @TempDir private Path folder;

  @BeforeEach
  void first() throws IOException {
    deploy(WSGI, "one");
  }

  private void deploy(String source, String version) throws IOException {
    Files.writeString(folder.resolve("site_app.py"), source.replace("VERSION", version));
  }

  private SaolaProcess serve(String... flags) {
    List<String> all = new ArrayList<>(List.of("site_app:app", "--workers", "2"));
    all.addAll(List.of(flags));
    SaolaProcess server = SaolaProcess.start(folder, all.toArray(String[]::new));
    server.awaitReady();
    return server;
  }

  @ParameterizedTest
  @ValueSource(strings = {"prewarm", "prefork", "lazy"})
  void requests_never_notice_that_the_code_changes(String load) throws IOException {
    try (SaolaProcess server = serve("--load", load);
        Traffic traffic = new Traffic(server, "/", 4)) {
      deploy(WSGI, "two");
      server.signal("HUP");
      server.awaitSaid("reloaded gen=2 workers=2");
      Patience.await("the new code", () -> traffic.answers().contains("two"));

      assertThat(traffic.stop()).isEmpty();
      assertThat(server.get("/").text()).isEqualTo("two");
      Patience.await(
          "only the new processes",
          () ->
              ProcFs.workers(server.pid()).size() == 2
                  && ProcFs.named(server.pid(), "saola: mold").size() == 1);
    }
  }

  @Test
  void an_asgi_app_is_reloaded_in_the_same_way() throws IOException {
    deploy(ASGI, "one");
    try (SaolaProcess server = serve();
        Traffic traffic = new Traffic(server, "/", 4)) {
      deploy(ASGI, "two");
      server.signal("HUP");
      server.awaitSaid("reloaded gen=2 workers=2");
      Patience.await("the new code", () -> traffic.answers().contains("two"));

      assertThat(traffic.stop()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prewarm", "prefork"})
  void code_that_cannot_be_imported_leaves_the_old_code_serving(String load) throws IOException {
    try (SaolaProcess server = serve("--load", load);
        Traffic traffic = new Traffic(server, "/", 2)) {
      List<Long> before = ProcFs.workers(server.pid());
      deploy("import no_such_thing\n", "");
      server.signal("HUP");
      server.awaitSaid("not reloaded, gen=1 goes on: ");

      assertThat(traffic.stop()).isEmpty();
      assertThat(traffic.answers()).containsExactly("one");
      assertThat(server.said()).anyMatch(line -> line.contains("No module named 'no_such_thing'"));
      assertThat(ProcFs.workers(server.pid())).containsExactlyInAnyOrderElementsOf(before);

      deploy(WSGI, "three");
      server.signal("HUP");
      server.awaitSaid(Pattern.compile(" reloaded gen="));
      assertThat(server.get("/").text()).isEqualTo("three");
    }
  }

  @Test
  void a_warm_up_that_fails_leaves_the_old_code_serving() throws IOException {
    try (SaolaProcess server = serve("--warmup", "/")) {
      deploy(WSGI.replace("200 OK", "500 Oops"), "two");
      server.signal("HUP");
      server.awaitSaid("not reloaded, gen=1 goes on: ");

      assertThat(server.get("/").text()).isEqualTo("one");
    }
  }

  @Test
  void a_worker_that_cannot_start_brings_the_old_mold_back() throws IOException {
    try (SaolaProcess server = serve()) {
      // Fit to be forked, but each worker dies of it.
      deploy("import os\nos.register_at_fork(after_in_child=lambda: os._exit(9))\n" + WSGI, "two");
      server.signal("HUP");
      server.awaitSaid("not reloaded, gen=1 goes on: worker 0 did not start: exit code 9, 3 times");

      assertThat(server.get("/").text()).isEqualTo("one");
      SaolaProcess.signal(ProcFs.workers(server.pid()).getFirst(), "KILL");
      Patience.await("another one", () -> ProcFs.workers(server.pid()).size() == 2);
      assertThat(server.get("/").text()).as("from the old mold").isEqualTo("one");
    }
  }

  @Test
  void what_a_reload_can_change_changes_and_the_rest_is_named() throws IOException {
    Path file = folder.resolve("saola.toml");
    Files.writeString(file, "backlog = 100\nthreads = 1\n");
    deploy(WSGI.replace("b\"VERSION\"", "str(environ['wsgi.multithread']).encode()"), "");
    try (SaolaProcess server = serve()) {
      assertThat(server.get("/").text()).isEqualTo("False");

      Files.writeString(file, "backlog = 200\nthreads = 2\n");
      server.signal("HUP");
      server.awaitSaid("--backlog stays 100 until the server is started anew");
      server.awaitSaid(" reloaded gen=2");

      assertThat(server.get("/").text()).isEqualTo("True");
    }
  }

  @Test
  void settings_that_are_wrong_are_not_loaded() throws IOException {
    try (SaolaProcess server = serve()) {
      Files.writeString(folder.resolve("saola.toml"), "wrokers = 3\n");
      server.signal("HUP");

      server.awaitSaid("not reloaded: wrokers: there is no such setting; did you mean workers?");
      assertThat(server.get("/").text()).isEqualTo("one");
    }
  }

  @Test
  void a_stop_in_the_middle_of_a_reload_ends_everything() throws IOException {
    try (SaolaProcess server = serve()) {
      deploy("import time\ntime.sleep(600)\n", "");
      server.signal("HUP");
      server.awaitSaid("reloading gen=2");
      Patience.await(
          "the mold that loads for ever",
          () -> ProcFs.named(server.pid(), "saola: mold g2").size() == 1);
      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
    }
  }

  @Test
  void a_mold_that_is_killed_while_it_loads_is_a_reload_that_failed() throws IOException {
    try (SaolaProcess server = serve()) {
      deploy("import time\ntime.sleep(600)\n", "");
      server.signal("HUP");
      Patience.await(
          "the mold that loads for ever",
          () -> ProcFs.named(server.pid(), "saola: mold g2").size() == 1);
      SaolaProcess.signal(ProcFs.named(server.pid(), "saola: mold g2").getFirst(), "KILL");

      server.awaitSaid("not reloaded, gen=1 goes on: the new mold ended before it had loaded");
      assertThat(server.get("/").text()).isEqualTo("one");
    }
  }
}
