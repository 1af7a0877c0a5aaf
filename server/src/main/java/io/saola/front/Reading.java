package io.saola.front;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/// Whether a client's bytes are taken from its socket: not while too many of them wait here.
///
/// Netty's epoll transport (4.2.18) loses a socket whose client ends its side while nothing is
/// read: with no event left to wait for it takes the socket out of epoll, and forgets that it did.
/// Reading on would then fail and close the connection, so the channel is registered anew first.
public final class Reading {
  /// Bytes that are taken from the socket while nobody wants them, so that the client's end is
  /// seen.
  public static final int AHEAD = 64 * 1024;

  private boolean off;
  private boolean lost;
  private boolean ended;

  public boolean isOn() {
    return !off;
  }

  /// Bytes have come. When none were asked for, it was the client's end that brought them.
  public void came() {
    lost |= off;
  }

  /// The client's end has been read: nothing will come any more.
  public void ended() {
    ended = true;
  }

  public boolean isEnded() {
    return ended;
  }

  public void wanted(Channel channel, boolean wanted) {
    if (wanted != off || ended || !channel.isOpen()) {
      return;
    }
    off = !wanted;
    if (wanted && lost) {
      register(channel);
    } else {
      channel.config().setAutoRead(wanted);
    }
  }

  private static void register(Channel channel) {
    EventLoop loop = channel.eventLoop();
    channel
        .deregister()
        .addListener(done -> {
          if (channel.isOpen()) {
            channel.config().setAutoRead(true);
            loop.register(channel);
          }
        });
  }
}
