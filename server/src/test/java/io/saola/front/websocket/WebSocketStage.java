package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.saola.exchange.WebSocketEvents;
import io.saola.front.Connections;
import io.saola.front.Rates;
import io.saola.front.Reading;
import io.saola.rig.LeakCounter;
import io.saola.settings.AllowedOrigins;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One WebSocket between a client in the test and an app in the test, in time that the test makes.
final class WebSocketStage implements WebSocketEvents {
  static final long SECOND = 1_000_000_000;

  final Socket socket = new Socket();
  final List<String> heard = new ArrayList<>();
  private final int openBefore = LeakCounter.open();
  private final EmbeddedChannel clock = new EmbeddedChannel();
  final Connections connections = new Connections(clock.eventLoop());
  private final WebSocketLoop loop;
  final WebSocketConnection connection;
  private Runnable onMessage = () -> {};

  /// Nanoseconds that overflow before long, as those of a machine may.
  private long now = Long.MAX_VALUE - 30 * SECOND - 7;

  WebSocketStage() {
    this(null, null);
  }

  /// @param rest what came with the request
  WebSocketStage(@Nullable PerMessageDeflate compression, @Nullable ByteBuf rest) {
    WebSocketSettings settings =
        new WebSocketSettings(
            1 << 20,
            20 * SECOND,
            10 * SECOND,
            300 * SECOND,
            Rates.pausing(15 * SECOND),
            true,
            new AllowedOrigins(List.of()));
    RandomGenerator first = () -> 0;
    loop = new WebSocketLoop(settings, connections, () -> now, first);
    connection = new WebSocketConnection(loop, compression, this, new Reading(), rest);
    socket.pipeline().addLast(connection);
    socket.runPendingTasks();
  }

  void onMessage(Runnable then) {
    onMessage = then;
  }

  @Override
  public void message(ByteBuf payload, boolean text) {
    heard.add(text ? payload.toString(UTF_8) : ByteBufUtil.hexDump(payload));
    onMessage.run();
  }

  @Override
  public void resume() {
    heard.add("resume");
  }

  @Override
  public void closed(int code, String reason, long bytes) {
    heard.add(("closed " + code + " " + reason).strip() + " after " + bytes);
  }

  /// The app sends a piece.
  void say(String text, boolean last) {
    say(text.getBytes(UTF_8), last, () -> {});
  }

  void say(byte[] bytes, boolean last, Runnable sent) {
    ByteBuf piece = socket.alloc().directBuffer().writeBytes(bytes);
    connection.message(piece, true, last, sent);
  }

  /// Some time later, and the connections have been looked at.
  void pass(long seconds) {
    now += seconds * SECOND;
    connection.checkDeadline(now);
    socket.runPendingTasks();
  }

  static ByteBuf text(String text) {
    return ClientFrames.text(text);
  }

  static ByteBuf together(ByteBuf... frames) {
    return Unpooled.buffer().writeBytes(Unpooled.wrappedBuffer(frames));
  }

  /// Ends everything, and nothing may be left.
  void close() {
    socket.unclog();
    socket.finishAndReleaseAll();
    clock.finishAndReleaseAll();
    assertThat(loop.compression().lent()).isZero();
    loop.close();
    assertThat(connections.count()).isZero();
    assertThat(LeakCounter.open()).as(LeakCounter::describe).isEqualTo(openBefore);
    assertThat(heard).filteredOn(event -> event.startsWith("closed")).hasSize(1);
  }
}
