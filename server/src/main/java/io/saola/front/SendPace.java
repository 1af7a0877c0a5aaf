package io.saola.front;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Whether a client takes what is there for it fast enough. Costs nothing until it is asked.
///
/// The kernel holds megabytes for a slow reader, and asks for more only when a good part of them
/// has left, so that minutes may pass between two writes to one that reads all the time. So its TCP
/// is asked how much has been acknowledged. A Unix socket knows nothing of that; there only pauses
/// count.
public final class SendPace {
  /// `struct tcp_info` of linux/tcp.h, up to and with tcpi_bytes_acked and tcpi_bytes_received.
  private static final RawUnixChannelOption TCP_INFO =
      new RawUnixChannelOption("TCP_INFO", 6, 11, 128);

  private static final int BYTES_ACKED = 120;

  private final Rates rates;
  private boolean waiting;
  private long deadline;
  private long acknowledged;
  private long pendingBytes;
  private int current;
  private long progress;

  public SendPace(Rates rates) {
    this.rates = rates;
  }

  /// Whether its time is up. To be asked again and again, twice a second.
  public boolean isUp(Channel channel, long now) {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    if (pending == null || pending.isEmpty()) {
      waiting = false;
      current = 0;
      return false;
    }
    long total = acknowledged(channel);
    boolean moved = hasMoved(pending);
    if (!waiting) {
      waiting = true;
      deadline = now + (total > 0 ? rates.first(total, rates.send()) : rates.pause());
    } else if (total > 0) {
      if (total > acknowledged) {
        deadline = rates.later(deadline, now, total - acknowledged, rates.send());
      }
    } else if (moved) {
      deadline = now + rates.pause();
    }
    acknowledged = total;
    return now - deadline >= 0;
  }

  /// Whether anything has left for the kernel since the last look.
  private boolean hasMoved(ChannelOutboundBuffer pending) {
    int first = System.identityHashCode(pending.current());
    long done = pending.currentProgress();
    long bytes = pending.totalPendingWriteBytes();
    boolean moved = first != current || done != progress || bytes < pendingBytes;
    current = first;
    progress = done;
    pendingBytes = bytes;
    return moved;
  }

  /// How many bytes the client's TCP has acknowledged so far; 0 if nobody knows.
  public static long acknowledged(Channel channel) {
    if (!(channel instanceof EpollSocketChannel)) {
      return 0;
    }
    try {
      ByteBuffer info = channel.config().getOption(TCP_INFO);
      return info == null || info.limit() < BYTES_ACKED + Long.BYTES
          ? 0
          : info.order(ByteOrder.nativeOrder()).getLong(BYTES_ACKED);
    } catch (ChannelException e) {
      return 0; // it is being closed
    }
  }
}
