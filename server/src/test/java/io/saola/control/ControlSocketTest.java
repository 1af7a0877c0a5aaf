package io.saola.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlSocketTest {
  private final FakeOperations server = new FakeOperations();

  @TempDir Path folder;
  ControlSocket socket;

  @BeforeEach
  void open() {
    socket = ControlSocket.open(folder, server).orElseThrow();
  }

  @AfterEach
  void close() throws Exception {
    server.gate.countDown();
    socket.close();
  }

  private ControlClient connect() throws IOException {
    return ControlClient.connect(folder.resolve("control.sock"));
  }

  private Object ask(Request request) throws Exception {
    try (ControlClient client = connect()) {
      return client.ask(request);
    }
  }

  @Test
  void questions_are_answered_one_after_the_other() throws Exception {
    try (ControlClient client = connect()) {
      assertThat(client.ask(Request.of("recycle", "slot", "all"))).isEqualTo("recycle -1 done");
      assertThat(client.ask(Request.of("recycle", "slot", 3L))).isEqualTo("recycle 3 done");
      assertThat(client.ask(Request.of("scale", "workers", 8L))).isEqualTo("scale 8 done");
      assertThat(client.ask(Request.of("stop"))).isEqualTo("stop done");
    }
    assertThat(server.asked).containsExactly("recycle -1", "recycle 3", "scale 8", "stop");
  }

  @Test
  void a_status_arrives_as_it_is() throws Exception {
    assertThat(ask(Request.of("status")))
        .isEqualTo(Json.parse(Json.write(server.status().toJson())));
  }

  @Test
  void somebody_who_waits_holds_nobody_up() throws Exception {
    try (ControlClient waiting = connect()) {
      Thread reload =
          Thread.ofVirtual()
              .start(() ->
                  assertThatExceptionOfType(RefusedException.class)
                      .isThrownBy(() -> waiting.ask(Request.of("reload"))));

      assertThat(ask(Request.of("stop"))).isEqualTo("stop done");

      server.gate.countDown();
      reload.join();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"version":1,"do":"fly"}                  | this server does not know fly: it is another version than the saola that asks
          {"version":2,"do":"stop"}                 | this server speaks version 1 of the control protocol, not 2
          {"do":"stop"}                             | not a request: version and do are missing
          stop                                      | not a request: no JSON at character 0
          {"version":1,"do":"stack"}                | slot must be a whole number, and not below 0
          {"version":1,"do":"stack","slot":-1}      | slot must be a whole number, and not below 0
          {"version":1,"do":"scale","workers":"x"}  | workers must be a whole number, and not below 0
          {"version":1,"do":"stack","slot":9}       | there is no slot 9: slots are 0 to 1
          {"version":1,"do":"upgrade"}              | an error inside the server, which its log tells
          """)
  void what_cannot_be_done_is_answered_and_the_next_question_too(String line, String error)
      throws Exception {
    try (SocketChannel raw = raw()) {
      Lines lines = new Lines(raw, 1000);

      lines.write(line);
      assertThat(Json.parse(lines.read().orElseThrow()))
          .isEqualTo(Map.of("version", 1L, "error", error));

      lines.write("{\"version\":1,\"do\":\"stop\"}");
      assertThat(lines.read()).contains("{\"version\":1,\"value\":\"stop done\"}");
    }
  }

  private SocketChannel raw() throws IOException {
    SocketChannel raw = SocketChannel.open(StandardProtocolFamily.UNIX);
    raw.connect(UnixDomainSocketAddress.of(folder.resolve("control.sock")));
    return raw;
  }

  @Test
  void a_line_without_end_ends_the_connection() throws Exception {
    try (SocketChannel raw = raw()) {
      ByteBuffer much = ByteBuffer.wrap("x".repeat(100_000).getBytes(UTF_8));

      try {
        while (much.hasRemaining()) {
          raw.write(much);
        }
        assertThat(new Lines(raw, 1000).read()).isEmpty();
      } catch (IOException e) {
        // Closed while we were writing.
      }
      assertThat(ask(Request.of("stop"))).isEqualTo("stop done");
    }
  }

  @Test
  void another_user_is_told_so_and_nothing_else() throws Exception {
    UserPrincipal me = Files.getOwner(folder);
    UserPrincipal other = user("65533");
    Path elsewhere = Files.createDirectory(folder.resolve("other"));

    // For this server we are somebody else, and not root either.
    try (ControlSocket _ = ControlSocket.open(elsewhere, server, new Peers(other, user("65532")));
        ControlClient client = ControlClient.connect(elsewhere.resolve("control.sock"))) {
      assertThatExceptionOfType(RefusedException.class)
          .isThrownBy(() -> client.ask(Request.of("stop")))
          .withMessage(
              "this server belongs to " + other.getName() + ": only that user and root may ask it");
    }
    assertThat(server.asked).isEmpty();
    assertThat(new Peers(other, me).mayAsk(me)).as("as root we may").isTrue();
  }

  private static UserPrincipal user(String number) throws IOException {
    return Path.of("/")
        .getFileSystem()
        .getUserPrincipalLookupService()
        .lookupPrincipalByName(number);
  }

  @Test
  void without_a_folder_there_is_no_socket_and_no_noise() {
    assertThat(ControlSocket.open(folder.resolve("none"), server)).isEmpty();
  }

  @Test
  void after_its_end_nobody_is_let_in() throws Exception {
    socket.close();

    assertThatIOException().isThrownBy(this::connect);
  }

  @Test
  void the_operations_that_are_known_are_all_there() throws Exception {
    assertThat((List<?>) ask(Request.of("ps"))).hasSize(2);
    assertThat((List<?>) ask(Request.of("files"))).hasSize(2);
    assertThat(ask(Request.of("stack", "slot", 0L))).asString().contains("app.py");
  }
}
