package io.saola.boot;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.EventLoop;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells systemd, or whoever else has set `$NOTIFY_SOCKET`, what the server is doing
/// (sd_notify(3)). Silent where nobody wants to know. For any thread.
///
/// A socket is opened for each message: they are few, and none of them must wait for another.
final class Notify {
  private static final Logger LOG = LoggerFactory.getLogger(Notify.class);
  private static final long PAUSE = Duration.ofMillis(5).toNanos();
  private static final int TRIES = 200;

  private final byte[] address;
  private final Duration watchdog;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean asked = new AtomicBoolean();

  private volatile boolean over;

  private Notify(byte[] address, Duration watchdog) {
    this.address = address;
    this.watchdog = watchdog;
  }

  /// What the environment asks for.
  ///
  /// @param pid of this process; a watchdog may be meant for another one
  static Notify from(Map<String, String> environment, long pid) {
    String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (!socket.startsWith("/") && !socket.startsWith("@")) {
      if (!socket.isEmpty()) {
        LOG.warn("cannot notify {}: only a path or an abstract socket (@) will do", socket);
      }
      return new Notify(new byte[0], Duration.ZERO);
    }
    byte[] address = socket.getBytes(UTF_8);
    if (address[0] == '@') {
      address[0] = 0; // unix(7): an abstract address
    }
    return new Notify(address, watchdog(environment, pid));
  }

  /// sd_watchdog_enabled(3).
  private static Duration watchdog(Map<String, String> environment, long pid) {
    String whose = environment.getOrDefault("WATCHDOG_PID", "");
    if (!whose.isEmpty() && !whose.equals(Long.toString(pid))) {
      return Duration.ZERO;
    }
    try {
      String micros = environment.getOrDefault("WATCHDOG_USEC", "0");
      return Duration.ofNanos(Math.multiplyExact(Math.max(0, Long.parseLong(micros)), 1000L));
    } catch (NumberFormatException | ArithmeticException _) {
      return Duration.ZERO;
    }
  }

  /// The listeners are open, or a reload has ended, in whichever way.
  void ready(String status) {
    send("READY=1\nSTATUS=" + status, TRIES);
  }

  /// A reload begins; [#ready] ends it.
  void reloading(String status) {
    // CLOCK_MONOTONIC, which System.nanoTime() reads.
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
    send("RELOADING=1\nMONOTONIC_USEC=" + micros + "\nSTATUS=" + status, TRIES);
  }

  /// The server does not take new requests any more.
  void stopping(String status) {
    send("STOPPING=1\nSTATUS=" + status, TRIES);
  }

  /// One line for `systemctl status`.
  void status(String text) {
    send("STATUS=" + text, 1);
  }

  /// Another process is the server now. Only the one that has been it so far may say so, and it is
  /// the last that it says: systemd would take its end for the other's.
  void handOver(long pid) {
    send("MAINPID=" + pid, TRIES);
    over = true;
  }

  /// Pets the watchdog, if there is one, as long as the event loop turns and the supervisor
  /// answers.
  ///
  /// @param supervisor runs what it is given on the supervisor's thread
  void watch(EventLoop loop, Consumer<Runnable> supervisor) {
    if (!watchdog.isZero()) {
      long period = watchdog.toNanos() / 2;
      loop.scheduleWithFixedDelay(() -> pet(supervisor), 0, period, TimeUnit.NANOSECONDS);
    }
  }

  /// Runs on the event loop, so it turns. The supervisor shows itself by sending the message.
  private void pet(Consumer<Runnable> supervisor) {
    if (asked.getAndSet(true)) {
      LOG.error("the supervisor does not answer; the watchdog is not told that all is well");
      return;
    }
    supervisor.accept(() -> {
      asked.set(false);
      send("WATCHDOG=1", 1);
    });
  }

  private void send(String message, int tries) {
    if (address.length == 0 || over) {
      return;
    }
    byte[] bytes = message.getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    try {
      Socket socket = Socket.newSocketDomainDgram();
      try {
        // 0 where the receiver has no room: it is busy, and a message that counts is tried again.
        for (int i = 1; socket.sendToDomainSocket(buffer, 0, bytes.length, address) == 0; i++) {
          if (i >= tries) {
            throw new IOException("it takes nothing");
          }
          LockSupport.parkNanos(PAUSE);
        }
      } finally {
        socket.close();
      }
    } catch (IOException e) {
      if (!failed.getAndSet(true)) {
        LOG.warn("cannot notify {}: {}", name(), e.getMessage());
      }
    }
  }

  private String name() {
    String text = new String(address, UTF_8);
    return text.charAt(0) == 0 ? "@" + text.substring(1) : text;
  }
}
