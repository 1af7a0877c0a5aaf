package io.saola.boot;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.saola.control.Predecessor;
import io.saola.control.RefusedException;
import io.saola.control.RuntimeParents;
import io.saola.control.Servers;
import io.saola.front.Inherited;
import io.saola.settings.Bind;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this server takes over from one that is running: its listening sockets and its place.
///
/// Asked for at the start, so that who must not take over does not load the app; in force only when
/// this server is ready. Until then the other serves, and if this one fails, it goes on.
final class Inheritance implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Inheritance.class);
  private static final long LONGEST_SECONDS = 10;

  private final @Nullable Predecessor predecessor;
  private final Inherited sockets = new Inherited();
  private boolean told;

  private Inheritance(@Nullable Predecessor predecessor) {
    this.predecessor = predecessor;
  }

  /// @param server as [Servers#named] takes it, empty to inherit nothing
  /// @throws RefusedException with a line that says why nothing can be inherited from it
  static Inheritance from(String server, Map<String, String> environment)
      throws RefusedException, InterruptedException {
    if (server.isEmpty()) {
      return new Inheritance(null);
    }
    try {
      Servers.Found found = Servers.in(RuntimeParents.of(environment)).named(server);
      return new Inheritance(Predecessor.ask(found.socket(), ProcessHandle.current().pid()));
    } catch (RefusedException e) {
      throw new RefusedException("cannot take over: " + e.getMessage());
    } catch (IOException e) {
      throw new RefusedException("cannot take over from " + server + ": " + e.getMessage());
    }
  }

  /// The process whose place this one takes; 0 if there is none.
  long pid() {
    return predecessor == null ? 0 : predecessor.pid();
  }

  /// Those that have to be opened, because the other server does not listen there.
  List<Bind> without(List<Bind> binds) {
    return predecessor == null
        ? binds
        : binds.stream()
            .filter(bind -> !predecessor.addresses().contains(bind.toString()))
            .toList();
  }

  /// Has the sockets sent, and waits for them.
  ///
  /// @throws IOException if they do not come
  Inherited receive(EventLoop loop) throws IOException, InterruptedException {
    if (predecessor == null) {
      return sockets;
    }
    Receiver receiver = new Receiver(predecessor.addresses());
    Channel channel =
        new Bootstrap()
            .group(loop)
            .channel(EpollDomainSocketChannel.class)
            .option(
                EpollChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
            .handler(receiver)
            .connect(new DomainSocketAddress(predecessor.socket().toString()))
            .awaitUninterruptibly()
            .channel();
    try {
      receiver.all.get(LONGEST_SECONDS, TimeUnit.SECONDS);
      return sockets;
    } catch (ExecutionException | TimeoutException e) {
      String problem = "the listeners of pid " + pid() + " did not arrive";
      failed(problem);
      throw new IOException(problem, e);
    } finally {
      channel.close().awaitUninterruptibly();
    }
  }

  private final class Receiver extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Boolean> all = new CompletableFuture<>();
    private final Iterator<String> addresses;

    Receiver(List<String> addresses) {
      this.addresses = addresses.iterator();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      sockets.add(addresses.next(), (FileDescriptor) message);
      if (!addresses.hasNext()) {
        all.complete(true);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      all.completeExceptionally(new IOException("it was closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      all.completeExceptionally(cause);
    }
  }

  /// This server serves: the other may go.
  ///
  /// @throws RefusedException if this one must not, because the other was told to stop meanwhile
  void ready() throws RefusedException {
    if (predecessor == null) {
      return;
    }
    told = true;
    try {
      predecessor.ready();
      LOG.info("took over from pid={}", pid());
    } catch (IOException e) {
      LOG.warn("pid={} has ended before it could be taken over from", pid());
    }
  }

  /// This server will not serve, and why.
  void failed(String why) {
    if (predecessor == null || told) {
      return;
    }
    told = true;
    try {
      predecessor.failed(why);
    } catch (IOException e) {
      LOG.debug("the other server has ended", e);
    }
  }

  @Override
  public void close() throws IOException {
    sockets.close();
    if (predecessor != null) {
      predecessor.close();
    }
  }
}
