package io.saola.front;

import io.netty.channel.Channel;
import io.saola.model.Rejection;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many connections there may be, in all and from one address. Owned by one event loop.
public final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);
  private static final long SILENCE = TimeUnit.MINUTES.toNanos(1);

  private final FrontSettings.Most most;
  private final Map<Long, Integer> perAddress = new HashMap<>();
  private int open;
  private long saidAt = System.nanoTime() - SILENCE;

  public Admission(FrontSettings.Most most) {
    this.most = most;
  }

  /// Lets a new connection in, and notices its end.
  ///
  /// @param peer whose it is; null for one that is counted with all others only
  /// @return why it is not let in, or null
  public @Nullable Rejection enter(Channel channel, @Nullable InetAddress peer) {
    if (most.total() > 0) {
      if (open >= most.total()) {
        return refused(Rejection.CONNECTIONS, "--limit-connections " + most.total());
      }
    }
    if (most.perAddress() > 0 && peer != null) {
      Long network = network(peer.getAddress());
      int before = perAddress.getOrDefault(network, 0);
      if (before >= most.perAddress()) {
        return refused(
            Rejection.CONNECTIONS_PER_IP,
            "--limit-connections-per-ip " + most.perAddress() + " peer=" + peer.getHostAddress());
      }
      perAddress.put(network, before + 1);
      channel.closeFuture().addListener(done -> leave(network));
    }
    if (most.total() > 0) {
      open++;
      channel.closeFuture().addListener(done -> open--);
    }
    return null;
  }

  private void leave(Long network) {
    perAddress.computeIfPresent(network, (key, count) -> count == 1 ? null : count - 1);
  }

  private Rejection refused(Rejection reason, String limit) {
    long now = System.nanoTime();
    if (now - saidAt >= SILENCE) {
      saidAt = now;
      LOG.warn("connections are turned away: {}", limit);
    }
    return reason;
  }

  /// The address, or the half of an IPv6 address that a client cannot choose. The two never meet:
  /// no IPv6 network begins with 32 zero bits but those of mapped addresses, which are IPv4 here.
  static long network(byte[] address) {
    long network = 0;
    for (int i = 0; i < Math.min(8, address.length); i++) {
      network = network << 8 | (address[i] & 0xff);
    }
    return network;
  }
}
