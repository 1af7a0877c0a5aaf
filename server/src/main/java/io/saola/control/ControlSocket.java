package io.saola.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server's end: answers what operators ask, each connection on a thread of its own.
///
/// Requests and answers are JSON, one line each: `{"version":1,"do":"stack","slot":3}`, and
/// `{"version":1,"value":…}` or `{"version":1,"error":"…"}`.
public final class ControlSocket implements AutoCloseable {
  /// Its name in the runtime folder.
  public static final String NAME = "control.sock";

  static final int VERSION = 1;

  private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
  private static final int LONGEST_REQUEST = 64 * 1024;
  private static final int STACK = 256 * 1024;
  private static final Duration END = Duration.ofSeconds(1);

  private final ServerSocketChannel listener;
  private final Operations operations;
  private final Peers peers;
  private final Thread acceptor;

  private ControlSocket(ServerSocketChannel listener, Operations operations, Peers peers) {
    this.listener = listener;
    this.operations = operations;
    this.peers = peers;
    // One that sleeps for days costs less than the machinery of virtual threads.
    this.acceptor =
        Thread.ofPlatform().daemon().name("control").stackSize(STACK).unstarted(this::accept);
  }

  /// Listens in a folder that only its owner may enter. A server serves as well without: nothing
  /// comes back then, and only the debug log knows why.
  public static Optional<ControlSocket> open(Path folder, Operations operations) {
    try {
      return Optional.of(open(folder, operations, Peers.ours()));
    } catch (IOException | RuntimeException e) {
      LOG.debug("no control socket folder={} error={}", folder, e.toString());
      return Optional.empty();
    }
  }

  static ControlSocket open(Path folder, Operations operations, Peers peers) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(folder.resolve(NAME)));
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    ControlSocket socket = new ControlSocket(listener, operations, peers);
    socket.acceptor.start();
    return socket;
  }

  /// Takes no more connections. The file goes with its folder.
  @Override
  public void close() throws IOException {
    listener.close();
    try {
      acceptor.join(END); // the last to use the descriptor closes it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel channel = listener.accept();
        Thread.ofVirtual().name("control").start(() -> serve(channel));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("control socket ended error={}", e.toString());
        return;
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel) {
      Lines lines = new Lines(channel, LONGEST_REQUEST);
      UserPrincipal peer = Peers.peer(channel);
      if (peers.mayAsk(peer)) {
        converse(lines);
      } else {
        LOG.warn("refused a user at the control socket user={}", peer.getName());
        String owner = peers.me().getName();
        lines.read(); // one who is still writing would not hear the answer
        lines.write(
            Answer.error(
                "this server belongs to " + owner + ": only that user and root may ask it"));
      }
    } catch (IOException e) {
      LOG.debug("control connection ended error={}", e.toString());
    }
  }

  private void converse(Lines lines) throws IOException {
    Conversation conversation = new Conversation(operations);
    try {
      for (Optional<String> line = lines.read(); line.isPresent(); line = lines.read()) {
        lines.write(conversation.answer(line.get()));
      }
    } finally {
      conversation.end();
    }
  }
}
