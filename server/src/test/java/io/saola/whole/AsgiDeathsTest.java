package io.saola.whole;

import static io.saola.testkit.RawClient.get;
import static io.saola.testkit.RawClient.post;
import static io.saola.testkit.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.Patience;
import io.saola.testkit.ProcFs;
import io.saola.testkit.RawClient;
import io.saola.testkit.RawWebSocket;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Several ASGI workers: who gets what, and what is noticed when one dies.
class AsgiDeathsTest {
  private static final int LARGE = 200_000;

  private static SaolaProcess server;

  @BeforeAll
  static void start() {
    server = SaolaProcess.serveAsgi("--workers", "2");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<Long> alive() {
    return ProcFs.workers(server.pid()).stream().filter(ProcFs::isAlive).toList();
  }

  private static void awaitBoth() {
    Patience.await(
        "two workers that have started",
        () ->
            alive().size() == 2
                && alive().stream().allMatch(pid -> server.ran().contains("startup " + pid)));
  }

  @Test
  void requests_go_to_the_worker_that_has_the_fewest() {
    awaitBoth();
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(server.connect().send(get("/gate?name=even-" + i)));
      server.awaitAtGate("even-" + i);
    }
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      server.openGate("even-" + i);
      String text = clients.get(i).reply().text();
      counts.merge(text.substring(text.lastIndexOf(' ')), 1, Integer::sum);
      clients.get(i).close();
    }

    assertThat(counts.values()).containsExactly(10, 10);
  }

  @Test
  void a_get_that_is_lost_is_served_again_once() {
    assertThat(server.get("/leave?how=now&once=get").text()).isEqualTo("stayed\n");
    assertThat(server.get("/leave?how=twice").status()).isEqualTo(502);

    assertThat(server.ran().stream().filter("leave twice"::equals)).hasSize(2);
    server.awaitSaid("serving again, alone");
  }

  @Test
  void a_post_that_is_lost_is_502() {
    Reply reply = server.ask(post("/leave?how=post&once=post", "x", "Connection: close"));

    assertThat(reply.status()).isEqualTo(502);
    assertThat(server.ran().stream().filter("leave post"::equals)).hasSize(1);
    server.awaitSaid("lost with its worker");
  }

  @Test
  void a_put_is_served_again_unless_a_part_of_its_body_has_been_passed_on() {
    String small = request("PUT", "/leave?how=put&once=put", "Content-Length: 3") + "abc";
    try (RawClient client = server.connect();
        RawClient streamed = server.connect()) {
      assertThat(client.send(small).reply().text()).isEqualTo("stayed\n");

      streamed.send(request("PUT", "/leave?how=body&once=body", "Content-Length: " + 2 * LARGE));
      streamed.send(new byte[LARGE]);
      Reply reply = streamed.reply();

      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.closes()).isTrue();
    }
  }

  @Test
  void a_stream_that_is_lost_is_cut_off() {
    try (RawClient client = server.connect()) {
      client.send(get("/leave?how=stream"));
      client.head();
      assertThat(client.chunk()).asString().isEqualTo("one piece\n");

      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void the_websockets_of_a_worker_that_dies_are_closed_with_1011_and_no_others() {
    Map<String, List<RawWebSocket>> sockets = new HashMap<>();
    Patience.await(
        "WebSockets on two workers",
        () -> {
          RawWebSocket socket = RawWebSocket.open(server.port(), "/pid");
          sockets.computeIfAbsent(socket.messageText(), pid -> new ArrayList<>()).add(socket);
          return sockets.keySet().stream()
                  .filter(pid -> ProcFs.isAlive(Long.parseLong(pid)))
                  .count()
              == 2;
        });
    String victim =
        sockets.keySet().stream()
            .filter(pid -> ProcFs.isAlive(Long.parseLong(pid)))
            .findFirst()
            .orElseThrow();

    SaolaProcess.signal(Long.parseLong(victim), "KILL");

    sockets.get(victim).forEach(it -> assertThat(it.closed().code()).isEqualTo(1011));
    sockets.forEach((pid, all) -> {
      if (!pid.equals(victim)) {
        all.forEach(it -> assertThat(it.text("on").messageText()).isEqualTo("on"));
      }
      all.forEach(RawWebSocket::close);
    });
  }

  @Test
  void a_worker_that_takes_the_place_of_another_starts_the_app_again() {
    long victim = Long.parseLong(server.get("/pid").text());
    List<String> before = server.ran();

    SaolaProcess.signal(victim, "KILL");

    Patience.await(
        "the start of another",
        () -> server.ran().stream().anyMatch(l -> l.startsWith("startup") && !before.contains(l)));
    assertThat(server.get("/state").text()).contains("'started': 'by the lifespan'");
  }
}
