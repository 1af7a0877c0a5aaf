package io.saola.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/// Lines of text over a Unix socket, one after the other.
final class Lines {
  private final SocketChannel channel;
  private final int longest;
  private final ByteBuffer in = ByteBuffer.allocate(4096).flip();

  /// @param longest how many bytes a line may have that is received
  Lines(SocketChannel channel, int longest) {
    this.channel = channel;
    this.longest = longest;
  }

  void write(String line) throws IOException {
    ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /// The next line; nothing at the end, be it in the middle of a line.
  Optional<String> read() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (in.hasRemaining()) {
        byte next = in.get();
        if (next == '\n') {
          return Optional.of(line.toString(UTF_8));
        }
        if (line.size() == longest) {
          throw new IOException("a line of more than " + longest + " bytes");
        }
        line.write(next);
      }
      in.clear();
      int count = channel.read(in);
      in.flip();
      if (count < 0) {
        return Optional.empty();
      }
    }
  }
}
