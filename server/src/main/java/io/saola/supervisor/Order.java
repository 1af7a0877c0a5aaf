package io.saola.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.Locale;

/// The lines that the keeper is told (PROTOCOL.md §12), without their ends.
final class Order {
  static final String STOP = "stop";

  /// A worker sends what it has not sent (PROTOCOL.md §6, answers).
  static final String NUDGE = "RTMIN+4";

  /// The request that the status page names has had its time (PROTOCOL.md §14).
  static final String INTERRUPT = "RTMIN+1";

  static final String KILL = "9";

  private static final String UNRESERVED = "-._~/";

  private Order() {}

  static String start(Plan plan) {
    StringBuilder line = new StringBuilder("start ");
    line.append(encode(plan.runtimeDir())).append(' ').append(plan.token());
    plan.clean().forEach(folder -> line.append(' ').append(encode(folder)));
    return line.toString();
  }

  static String fifo(String name) {
    return "fifo " + name;
  }

  static String mold(int generation) {
    return "mold " + generation;
  }

  static String promote(int pid, int generation) {
    return "promote " + pid + " " + generation;
  }

  static String signal(int pid, String signal) {
    return "kill " + pid + " " + signal;
  }

  /// A path percent-encoded (RFC 3986 §2.1), so that it holds neither space nor line end.
  private static String encode(Path path) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : path.toString().getBytes(UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c < 0x80 && Character.isLetterOrDigit(c)) || UNRESERVED.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return encoded.toString();
  }
}
