package io.saola.boot;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.saola.control.RefusedException;
import io.saola.control.Successor;
import io.saola.front.Listeners;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands this server's place over to another process: the one that `saola upgrade` or USR2 has it
/// start, or one that an operator has started with `--take-over`.
///
/// The listening sockets are sent to it (SCM_RIGHTS, unix(7)), so nobody is refused at any time.
/// Whatever goes wrong before it says that it is ready, this server goes on as if nothing had been.
final class Handover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

  /// No longer than that of the control socket, which fits into an address.
  private static final String SOCKET = "upgrade.sock";

  /// Its last words come over the control socket, and its exit code may be here before.
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  private static final Duration TERMINATION = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final Path folder;
  private final SecondServer second;
  private final Duration longest;
  private final LongConsumer disown;
  private final LongConsumer handedOver;
  private volatile List<Listeners.Listening> listening = List.of();
  private @Nullable Attempt attempt; // guarded by this
  private boolean over; // guarded by this
  private volatile String failure = "";

  /// @param folder the private runtime folder
  /// @param longest how long the other may take to get ready; zero for ever
  /// @param disown told the pid of the process that is started
  /// @param handedOver told the pid of the server from now on
  Handover(
      EventLoop loop,
      Path folder,
      SecondServer second,
      Duration longest,
      LongConsumer disown,
      LongConsumer handedOver) {
    this.loop = loop;
    this.folder = folder;
    this.second = second;
    this.longest = longest;
    this.disown = disown;
    this.handedOver = handedOver;
  }

  /// There is something to hand over.
  void listening(List<Listeners.Listening> sockets) {
    listening = sockets;
  }

  /// Whether another process is getting ready.
  synchronized boolean isOn() {
    return attempt != null;
  }

  /// How the last attempt failed; empty if none has.
  String failure() {
    return failure;
  }

  /// Starts another server and waits until it serves.
  ///
  /// @return what has been done, for the operator
  /// @throws RefusedException with the reason, if this server goes on
  String upgrade() throws RefusedException, InterruptedException {
    Attempt begun = start();
    try {
      if (longest.isZero()) {
        return begun.outcome.get();
      }
      return begun.outcome.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      begun.fail("the new server was not ready within " + longest.toSeconds() + " s");
      begun.end();
      throw new RefusedException(failure);
    } catch (ExecutionException e) {
      throw new RefusedException(failure);
    }
  }

  private synchronized Attempt start() throws RefusedException {
    checkFree();
    Process process;
    try {
      process = second.start(folder);
    } catch (IOException e) {
      throw new RefusedException("no second server can be started: " + e.getMessage());
    }
    disown.accept(process.pid());
    LOG.info("upgrading: started a second server pid={}", process.pid());
    Attempt begun = new Attempt(process.pid(), process);
    attempt = begun;
    process
        .onExit()
        .thenAcceptAsync(
            ended -> begun.fail(SecondServer.explain(ended.exitValue())),
            CompletableFuture.delayedExecutor(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS));
    return begun;
  }

  private void checkFree() throws RefusedException {
    if (over) {
      throw new RefusedException("this server is about to stop");
    }
    if (listening.isEmpty()) {
      throw new RefusedException("this server is still starting");
    }
    if (attempt != null) {
      throw new RefusedException(
          "an upgrade is on its way already: pid " + attempt.pid + " is getting ready");
    }
  }

  /// A process wants to take over, be it ours or one that an operator has started.
  synchronized Successor begin(long pid) throws RefusedException {
    Attempt next = attempt;
    if (next == null || next.pid != pid) {
      checkFree();
      next = new Attempt(pid, null);
      attempt = next;
      LOG.info("upgrading: another server is getting ready pid={}", pid);
    }
    next.offer();
    return next;
  }

  /// The server stops: nobody takes over any more.
  @Override
  public void close() {
    Attempt open;
    synchronized (this) {
      over = true;
      open = attempt;
    }
    if (open != null) {
      open.fail("this server was told to stop");
      open.terminate();
    }
  }

  /// One process that tries.
  private final class Attempt implements Successor {
    private final long pid;
    private final @Nullable Process process;
    private final CompletableFuture<String> outcome = new CompletableFuture<>();
    private final List<Listeners.Listening> offered = listening;
    private @Nullable Channel socket; // guarded by Handover.this

    Attempt(long pid, @Nullable Process process) {
      this.pid = pid;
      this.process = process;
    }

    private void offer() throws RefusedException {
      if (socket != null) {
        return;
      }
      var bound =
          new ServerBootstrap()
              .group(loop)
              .channel(EpollServerDomainSocketChannel.class)
              .childHandler(new Sender(offered))
              .bind(new DomainSocketAddress(socket().toString()))
              .awaitUninterruptibly();
      if (!bound.isSuccess()) {
        fail("the listeners cannot be handed over: " + bound.cause());
        throw new RefusedException(failure);
      }
      socket = bound.channel();
    }

    @Override
    public List<String> addresses() {
      return offered.stream().map(Listeners.Listening::address).toList();
    }

    @Override
    public Path socket() {
      return folder.resolve(SOCKET);
    }

    @Override
    public void ready() throws RefusedException {
      synchronized (Handover.this) {
        if (!this.equals(attempt)) {
          throw new RefusedException(failure);
        }
        attempt = null;
        over = true;
        if (socket != null) {
          socket.close(); // with its file
        }
      }
      LOG.info("upgraded: pid={} serves from now on", pid);
      handedOver.accept(pid);
      outcome.complete("pid " + pid + " serves from now on; this one ends with its last request");
    }

    @Override
    public void failed(String why) {
      fail(why);
    }

    @Override
    public void gone() {
      if (process == null) {
        fail("the new server has ended before it was ready");
      }
    }

    /// Only the first reason counts.
    private void fail(String why) {
      synchronized (Handover.this) {
        if (!this.equals(attempt)) {
          return;
        }
        attempt = null;
        failure = why;
        if (socket != null) {
          socket.close(); // with its file
        }
      }
      LOG.error("not upgraded, this server goes on: {}", why);
      outcome.completeExceptionally(new IOException(why));
    }

    private void terminate() {
      if (process != null) {
        process.destroy();
      }
    }

    /// Ends the process, if it is ours.
    private void end() {
      Process ours = process;
      if (ours == null) {
        return;
      }
      terminate();
      try {
        if (!ours.waitFor(TERMINATION.toMillis(), TimeUnit.MILLISECONDS)) {
          ours.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        ours.destroyForcibly();
      }
    }
  }

  /// Sends the sockets to whoever connects, which is somebody who may enter the private folder.
  private static final class Sender extends ChannelInboundHandlerAdapter {
    private final List<Listeners.Listening> sockets;

    Sender(List<Listeners.Listening> sockets) {
      this.sockets = sockets;
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      for (Listeners.Listening listening : sockets) {
        ctx.write(listening.socket());
      }
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.warn("the listeners could not be sent error={}", cause.toString());
      ctx.close();
    }
  }
}
