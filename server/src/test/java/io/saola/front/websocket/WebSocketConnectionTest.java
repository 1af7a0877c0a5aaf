package io.saola.front.websocket;

import static io.saola.front.websocket.ClientFrames.FIN;
import static io.saola.front.websocket.ClientFrames.close;
import static io.saola.front.websocket.ClientFrames.frame;
import static io.saola.front.websocket.WebSocketStage.text;
import static io.saola.front.websocket.WebSocketStage.together;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketConnectionTest {
  private static final String CLOSE_1000 = "88 \u0003\u00e8";
  private static final String CLOSE_1001 = "88 \u0003\u00e9";

  private final WebSocketStage stage = new WebSocketStage();
  private final Socket socket = stage.socket;
  private final WebSocketConnection connection = stage.connection;

  @AfterEach
  void nothing_is_left() {
    stage.close();
  }

  private static ByteBuf ping(String payload) {
    return frame(FIN | Opcode.PING, payload.getBytes(UTF_8));
  }

  // ---- messages

  @Test
  void a_message_reaches_the_app() {
    socket.send(text("Hello"), frame(FIN | Opcode.BINARY, new byte[] {1, 2}));

    assertThat(stage.heard).containsExactly("Hello", "0102");
  }

  @Test
  void what_came_with_the_request_is_read_first() {
    WebSocketStage other = new WebSocketStage(null, together(text("a"), text("b")));
    other.socket.send(text("c"));

    assertThat(other.heard).containsExactly("a", "b", "c");
    other.close();
  }

  @Test
  void half_a_frame_with_the_request_is_completed() {
    ByteBuf frame = text("Hello");
    WebSocketStage other = new WebSocketStage(null, Unpooled.copiedBuffer(frame.readSlice(3)));
    other.socket.send(frame);

    assertThat(other.heard).containsExactly("Hello");
    other.close();
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "125", "126", "1024", "1025", "65535", "65536"})
  void a_message_leaves_as_one_frame(int size) {
    stage.say("a".repeat(size), true);

    assertThat(socket.frames()).containsExactly("81 " + "a".repeat(size));
  }

  @Test
  void pieces_leave_at_once_as_fragments() {
    stage.say("Hel", false);
    assertThat(socket.frames()).containsExactly("01 Hel");
    stage.say("lo", false);
    stage.say("", true);
    stage.say("next", true);

    assertThat(socket.frames()).containsExactly("00 lo", "80 ", "81 next");
  }

  @Test
  void every_piece_is_told_once_that_it_has_left() {
    AtomicInteger sent = new AtomicInteger();
    socket.clog();
    stage.say(new byte[2000], false, sent::incrementAndGet);
    stage.say(new byte[10], true, sent::incrementAndGet);
    socket.runPendingTasks();
    assertThat(sent).hasValue(0);

    socket.unclog();

    assertThat(sent).hasValue(2);
  }

  @Test
  void what_is_written_in_one_turn_leaves_in_one_flush() {
    stage.onMessage(() -> {
      stage.say("a", true);
      stage.say("b", true);
      stage.say("c", true);
    });

    socket.send(text("go"));

    assertThat(socket.flushes()).isEqualTo(1);
    assertThat(socket.frames()).hasSize(3);
  }

  @Test
  void the_app_hears_when_it_can_send_again() {
    socket.clog();
    stage.say(new byte[100_000], true, () -> {});
    socket.runPendingTasks();
    assertThat(connection.isWritable()).isFalse();

    socket.unclog();

    assertThat(connection.isWritable()).isTrue();
    assertThat(stage.heard).containsExactly("resume");
  }

  // ---- holding back

  @Test
  void messages_wait_until_they_are_wanted() {
    stage.onMessage(() -> connection.receiving(false));

    socket.send(together(text("a"), text("b")));
    socket.send(text("c"));
    assertThat(stage.heard).containsExactly("a");
    connection.receiving(true);
    socket.runPendingTasks();
    assertThat(stage.heard).containsExactly("a", "b");
    stage.onMessage(() -> {});
    connection.receiving(true);
    socket.runPendingTasks();

    assertThat(stage.heard).containsExactly("a", "b", "c");
  }

  @Test
  void a_client_whose_messages_are_not_wanted_is_not_read_for_ever() {
    connection.receiving(false);
    socket.send(text("a".repeat(60_000)));
    assertThat(socket.config().isAutoRead()).isTrue();
    socket.send(text("a".repeat(60_000)));
    assertThat(socket.config().isAutoRead()).isFalse();

    connection.receiving(true);
    socket.runPendingTasks();

    assertThat(socket.config().isAutoRead()).isTrue();
    assertThat(stage.heard).hasSize(2);
  }

  @Test
  void what_a_client_said_before_it_went_is_heard_first() {
    connection.receiving(false);
    socket.send(text("a"), close(1000, "bye"));
    socket.fin();
    assertThat(stage.heard).isEmpty();

    connection.receiving(true);
    socket.runPendingTasks();

    assertThat(stage.heard).containsExactly("a", "closed 1000 bye after 0");
  }

  @Test
  void a_client_that_went_is_noticed_while_nothing_is_wanted() {
    connection.receiving(false);
    socket.fin();

    assertThat(stage.heard).containsExactly("closed 1006 after 0");
  }

  // ---- pings of the client

  @Test
  void every_ping_is_answered_with_its_payload() {
    ByteBuf[] pings = IntStream.range(0, 10).mapToObj(i -> ping("p" + i)).toArray(ByteBuf[]::new);

    socket.send(together(pings));

    assertThat(socket.frames())
        .containsExactlyElementsOf(IntStream.range(0, 10).mapToObj(i -> "8a p" + i).toList());
  }

  @Test
  void a_flood_of_pings_is_answered_by_a_few_and_the_last() {
    socket.clog();
    for (int i = 0; i < 1000; i++) {
      socket.send(ping("p" + i));
    }

    socket.unclog();

    assertThat(socket.frames())
        .hasSize(FrameWriter.MOST_PONGS + 1)
        .startsWith("8a p0", "8a p1")
        .endsWith("8a p999");
  }

  // ---- closing

  @Test
  void a_client_s_close_is_answered_and_told() {
    stage.say("12345", true);
    socket.send(close(4000, "bye"));

    assertThat(stage.heard).containsExactly("closed 4000 bye after 5");
    assertThat(socket.frames()).containsExactly("81 12345", "88 \u000f\u00a0");
    assertThat(socket.isOutputShutdown()).isTrue();
    assertThat(socket.isOpen()).isTrue();
    socket.fin();
    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void a_close_without_a_code_is_answered_without_one() {
    socket.send(frame(FIN | Opcode.CLOSE, new byte[0]));

    assertThat(stage.heard).containsExactly("closed 1005 after 0");
    assertThat(socket.frames()).containsExactly("88 ");
  }

  @Test
  void what_comes_behind_a_close_is_thrown_away() {
    socket.send(together(close(1000, ""), text("late"), close(1002, "")), text("later"));

    assertThat(stage.heard).containsExactly("closed 1000 after 0");
    assertThat(socket.frames()).containsExactly(CLOSE_1000);
  }

  @Test
  void a_client_that_does_not_end_its_side_is_cut_off() {
    socket.send(close(1000, ""));
    socket.runPendingTasks();
    stage.pass(4);
    assertThat(socket.isOpen()).isTrue();

    stage.pass(1);

    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void the_app_s_close_waits_for_the_client_s() {
    connection.close(3000, "done");
    connection.close(1000, "again");
    socket.send(together(text("not wanted"), ping("neither")));
    assertThat(stage.heard).isEmpty();
    assertThat(socket.frames()).containsExactly("88 \u000b\u00b8done");

    socket.send(close(3000, ""));

    assertThat(stage.heard).containsExactly("closed 3000 done after 0");
    assertThat(socket.isOutputShutdown()).isTrue();
  }

  @Test
  void a_close_while_nothing_is_wanted_still_sees_the_answer() {
    connection.receiving(false);
    socket.send(text("a"));
    connection.close(1000, "");
    socket.send(close(1000, ""));
    socket.runPendingTasks();

    assertThat(stage.heard).containsExactly("closed 1000 after 0");
  }

  @Test
  void a_client_that_does_not_answer_a_close_is_cut_off() {
    connection.close(1000, "");
    socket.runPendingTasks();
    stage.pass(4);
    assertThat(stage.heard).isEmpty();

    stage.pass(1);

    assertThat(stage.heard).containsExactly("closed 1000 after 0");
    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void pieces_behind_a_close_are_thrown_away() {
    AtomicInteger sent = new AtomicInteger();
    connection.close(1000, "");

    stage.say(new byte[10], true, sent::incrementAndGet);

    assertThat(sent).hasValue(1);
    assertThat(socket.frames()).containsExactly(CLOSE_1000);
  }

  @Test
  void a_stopping_server_says_that_it_goes_away() {
    stage.connections.drain();

    assertThat(socket.frames()).containsExactly(CLOSE_1001);
    socket.send(close(1001, ""));
    assertThat(stage.heard).containsExactly("closed 1001 after 0");
  }

  @Test
  void a_client_that_breaks_a_rule_is_told_which() {
    socket.send(together(text("a"), frame(FIN | 3, new byte[0]), text("b")), text("c"));

    assertThat(stage.heard).containsExactly("a", "closed 1002 unknown opcode after 0");
    assertThat(socket.frames()).containsExactly("88 \u0003\u00eaunknown opcode");
    assertThat(socket.isOutputShutdown()).isTrue();
  }

  @Test
  void a_client_that_breaks_a_rule_instead_of_answering_a_close_ends_it() {
    connection.close(1000, "");
    socket.send(frame(FIN | 3, new byte[0]));

    assertThat(stage.heard).containsExactly("closed 1000 after 0");
    assertThat(socket.frames()).containsExactly(CLOSE_1000);
  }

  @Test
  void a_client_that_ends_its_side_without_a_word_is_gone() {
    socket.send(text("a"), frame(Opcode.TEXT, new byte[10]));
    socket.fin();

    assertThat(stage.heard).containsExactly("a", "closed 1006 after 0");
    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void a_client_that_is_gone_is_told_once_and_takes_nothing_with_it() {
    AtomicInteger sent = new AtomicInteger();
    socket.clog();
    stage.say(new byte[5000], true, sent::incrementAndGet);
    socket.runPendingTasks();

    socket.close();

    assertThat(stage.heard).containsExactly("closed 1006 after 5000");
    assertThat(sent).hasValue(1);
  }

  @Test
  void a_fault_of_ours_ends_the_connection() {
    connection.receiving(false);
    socket.send(text("a"), text("b"));
    stage.onMessage(() -> {
      throw new IllegalStateException("on purpose");
    });
    connection.receiving(true);
    socket.runPendingTasks();

    assertThat(stage.heard).containsExactly("a", "closed 1006 after 0");
    assertThat(socket.isOpen()).isFalse();
  }

  // ---- time

  @Test
  void a_silent_client_is_pinged_and_then_given_up() {
    stage.pass(19);
    assertThat(socket.frames()).isEmpty();
    stage.pass(1);
    assertThat(socket.frames()).containsExactly("89 ");
    stage.pass(9);
    assertThat(socket.isOpen()).isTrue();

    stage.pass(1);

    assertThat(stage.heard).containsExactly("closed 1006 after 0");
    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void whoever_sends_anything_is_there() {
    stage.pass(20);
    stage.pass(9);
    socket.send(frame(FIN | Opcode.PONG, new byte[0]).readSlice(1).copy());
    stage.pass(10);
    assertThat(socket.frames()).containsExactly("89 ");

    stage.pass(1);

    assertThat(socket.frames()).containsExactly("89 ");
    assertThat(stage.heard).isEmpty();
  }

  @Test
  void a_client_that_is_not_listened_to_is_not_given_up() {
    connection.receiving(false);
    socket.send(text("a".repeat(70_000)));
    stage.pass(20);
    stage.pass(60);
    connection.receiving(true);
    socket.runPendingTasks();
    stage.pass(9);
    assertThat(socket.isOpen()).isTrue();

    stage.pass(1);

    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void a_client_that_takes_nothing_is_given_up() {
    socket.clog();
    stage.say("a", true);
    socket.runPendingTasks();
    stage.pass(0);
    stage.pass(14);
    assertThat(socket.isOpen()).isTrue();

    stage.pass(1);

    assertThat(stage.heard).containsExactly("closed 1006 after 1");
    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void a_client_that_takes_a_close_late_has_its_time_to_answer() {
    socket.clog();
    connection.close(1000, "");
    socket.runPendingTasks();
    stage.pass(14);
    socket.unclog();
    stage.pass(4);
    assertThat(socket.isOpen()).isTrue();

    stage.pass(1);

    assertThat(socket.isOpen()).isFalse();
  }

  @Test
  void a_websocket_without_messages_is_closed() {
    for (int i = 0; i < 29; i++) {
      stage.pass(10);
      socket.send(frame(FIN | Opcode.PONG, new byte[0]));
    }
    assertThat(Collections.max(socket.frames())).isEqualTo("89 ");

    stage.pass(10);

    assertThat(socket.frames()).containsExactly(CLOSE_1000 + "idle");
    socket.send(close(1000, ""));
    assertThat(stage.heard).containsExactly("closed 1000 idle after 0");
  }

  @Test
  void a_message_either_way_keeps_it_open() {
    for (int i = 0; i < 60; i++) {
      stage.pass(9);
      socket.send(frame(FIN | Opcode.PONG, new byte[0]));
      if (i == 20) {
        stage.say("a", true);
      } else if (i == 40) {
        socket.send(text("b"));
      }
    }

    assertThat(stage.heard).containsExactly("b");
    assertThat(socket.frames()).contains("81 a").doesNotContain(CLOSE_1000 + "idle");
  }
}
