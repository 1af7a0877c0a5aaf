package io.saola.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The test's end of `fake_keeper/saola_worker/keeper.py`: sees the orders, says the reports.
final class FakeKeeper implements AutoCloseable {
  private final ServerSocketChannel listener;
  private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();
  private volatile SocketChannel connection;

  FakeKeeper(Path runtimeDir) throws IOException {
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(runtimeDir.resolve("control.sock")));
    Thread.ofPlatform().daemon().name("fake-keeper").start(this::read);
  }

  /// Waits for the next order.
  void expect(String order) throws InterruptedException {
    assertThat(orders.poll(10, TimeUnit.SECONDS)).isEqualTo(order);
  }

  BlockingQueue<String> orders() {
    return orders;
  }

  void say(String report) throws IOException {
    connection.write(ByteBuffer.wrap((report + "\n").getBytes(UTF_8)));
  }

  @Override
  public void close() throws IOException {
    listener.close();
    if (connection != null) {
      connection.close();
    }
  }

  private void read() {
    try (SocketChannel accepted = listener.accept();
        BufferedReader lines = new BufferedReader(Channels.newReader(accepted, UTF_8))) {
      connection = accepted;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        orders.add(line);
      }
    } catch (IOException e) {
      // The test is over.
    }
  }
}
