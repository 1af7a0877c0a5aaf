package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.SaolaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of a server whose app is asked for a warm-up.
class WarmupTest {
  private static final String WSGI =
      """
      import os, time
      seen, mold = [], os.getpid()

      class Body(list):
          def close(self):
              seen.append("closed")

      def app(environ, start_response):
          if environ["PATH_INFO"] == "/hang":
              time.sleep(600)
          if environ["PATH_INFO"] == "/raise":
              raise ValueError("not today")
          who = "mold" if os.getpid() == mold else "worker"
          seen.append(" ".join([
              who, environ["REQUEST_METHOD"], environ["HTTP_HOST"], environ["PATH_INFO"],
              environ.get("SAOLA_WARMUP", "-"), environ.get("HTTP_ACCEPT", "-")]))
          status = "404 Not Found" if environ["PATH_INFO"] == "/missing" else "200 OK"
          start_response(status, [("Content-Type", "text/plain")])
          return Body(["\\n".join(seen).encode()])
      """;

  private static final String ASGI =
      """
      async def app(scope, receive, send):
          if scope["type"] == "http":
              await send({"type": "http.response.start", "status": 200})
              await send({"type": "http.response.body", "body": b"asgi"})
      """;

  @TempDir private Path apps;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(apps.resolve("warm.py"), WSGI);
    Files.writeString(apps.resolve("warm_asgi.py"), ASGI);
  }

  @Test
  void the_mold_is_asked_as_the_file_says() throws IOException {
    Files.writeString(
        apps.resolve("saola.toml"),
        """
        [[warmup]]
        url = "https://example.com/missing"
        method = "POST"
        status = [404]
        headers = { Accept = "text/html" }

        [[warmup]]
        url = "/"
        """);
    try (SaolaProcess server = SaolaProcess.start(apps, "warm:app")) {
      server.awaitReady();

      assertThat(server.get("/me").text().lines())
          .containsExactly(
              "mold POST example.com /missing 1 text/html",
              "closed",
              "mold GET localhost / 1 -",
              "closed",
              "worker GET localhost / 1 -",
              "closed",
              "worker GET a /me - -");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/missing | warm-up GET /missing was answered 404 Not Found, expected a status below 400",
        "/raise | warm-up GET /raise has failed in the app: ValueError: not today",
        "/hang | warm-up GET /hang was not answered within 0.5 s, half of --boot-timeout; it was in"
            + " app, ",
      })
  void a_server_whose_warm_up_fails_does_not_start_and_says_why(String url, String line) {
    for (String load : List.of("prewarm", "prefork")) {
      try (SaolaProcess server =
          SaolaProcess.start(
              apps, "warm:app", "--warmup", url, "--boot-timeout=1", "--load", load)) {
        assertThat(server.awaitExit()).isEqualTo(3);
        assertThat(server.said()).anyMatch(said -> said.contains(line));
      }
    }
  }

  @Test
  void with_warn_it_starts_all_the_same() {
    try (SaolaProcess server =
        SaolaProcess.start(apps, "warm:app", "--warmup=/missing", "--warmup-policy=warn")) {
      server.awaitReady();

      server.awaitSaid(
          "warm-up GET /missing was answered 404 Not Found, expected a status below 400;"
              + " --warmup-policy warn: going on without it");
      assertThat(server.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void threads_are_no_use_to_an_asgi_app_and_it_is_told_so() {
    try (SaolaProcess server =
        SaolaProcess.start(apps, "warm_asgi:app", "--threads=4", "--warmup=/")) {
      server.awaitReady();

      server.awaitSaid("--threads 4 is for WSGI, but this app is ASGI");
      assertThat(server.get("/").text()).isEqualTo("asgi");
    }
  }
}
