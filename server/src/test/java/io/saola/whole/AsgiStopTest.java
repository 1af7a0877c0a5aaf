package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.RawClient;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.SaolaProcess;
import org.junit.jupiter.api.Test;

/// How an ASGI app and its clients are told that the server stops.
class AsgiStopTest {
  private static long millisSince(long begin) {
    return (System.nanoTime() - begin) / 1_000_000;
  }

  @Test
  void listeners_are_let_go_at_once_and_requests_finish_before_the_lifespan_ends() {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--workers", "2");
        RawClient events = server.connect();
        RawClient running = server.connect();
        RawClient background = server.connect();
        RawClient idle = server.connect();
        RawWebSocket socket = RawWebSocket.open(server.port(), "/echo?name=socket")) {
      idle.send(get("/")).reply();
      events.send(get("/events?name=events")).head();
      events.chunk();
      running.send(get("/gate?name=running"));
      server.awaitAtGate("running");
      assertThat(background.send(get("/after?name=after")).reply().text()).isEqualTo("answered\n");
      server.awaitAtGate("after");

      server.signal("TERM");

      assertThat(events.chunk()).isEmpty();
      assertThat(events.rest()).isEmpty();
      server.awaitRan("events http.disconnect");
      assertThat(socket.closed().code()).isEqualTo(1001);
      socket.close(1001, "");
      assertThat(socket.client().rest()).isEmpty();
      socket.client().finishSending();
      server.awaitRan("socket websocket.disconnect 1001");
      assertThat(idle.rest()).isEmpty();
      assertThat(server.ran()).noneMatch(line -> line.startsWith("shutdown"));

      server.openGate("running");
      assertThat(running.reply().text()).startsWith("through running");
      server.openGate("after");
      assertThat(server.awaitExit()).isZero();
      assertThat(server.ran()).contains("after done");
      assertThat(server.ran().stream().filter(line -> line.startsWith("ended"))).hasSize(2);
      assertThat(server.said()).noneMatch(line -> line.contains("cut off"));
    }
  }

  @Test
  void a_shutdown_that_hangs_is_cut_off_by_the_graceful_timeout() {
    try (SaolaProcess server =
        SaolaProcess.serveAsgi("--graceful-timeout", "2s", "--env", "WHOLE_LIFESPAN=hangs")) {
      server.get("/");
      long begin = System.nanoTime();

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(millisSince(begin)).isBetween(1_000L, 5_000L);
      server.awaitSaid("lifespan.shutdown takes longer");
    }
  }

  @Test
  void what_goes_on_for_ever_is_cut_off_by_the_graceful_timeout_and_the_lifespan_still_ends() {
    try (SaolaProcess server = SaolaProcess.serveAsgi("--graceful-timeout", "2s");
        RawClient endless = server.connect();
        RawClient stubborn = server.connect();
        RawClient sleeps = server.connect()) {
      endless.send(get("/endless?name=endless")).head();
      stubborn.send(get("/stubborn?name=stubborn"));
      sleeps.send(get("/sleeps?name=sleeps"));
      server.awaitAtGate("sleeps");
      long begin = System.nanoTime();

      server.signal("TERM");

      assertThat(server.awaitExit()).isZero();
      assertThat(millisSince(begin)).isLessThan(5_000L);
      assertThat(sleeps.reply().status()).isBetween(500, 504);
      server.awaitSaid("cut off after the graceful timeout");
      assertThat(server.ran()).contains("sleeps cancelled").anyMatch(l -> l.startsWith("ended"));
    }
  }

  @Test
  void a_second_interrupt_stops_now() {
    try (SaolaProcess server = SaolaProcess.serveAsgi();
        RawClient running = server.connect()) {
      running.send(get("/sleeps?name=now"));
      server.awaitAtGate("now");
      server.signal("INT");
      server.awaitSaid("Ctrl-C again stops now");
      long begin = System.nanoTime();

      server.signal("INT");

      assertThat(server.awaitExit()).isZero();
      assertThat(millisSince(begin)).isLessThan(5_000L);
    }
  }
}
