package io.saola.boot;

import io.saola.os.Ports;
import io.saola.settings.Bind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Whether addresses can be listened on, and why not.
final class Addresses {
  /// The exit code for an address that cannot be had (EX_UNAVAILABLE).
  static final int UNAVAILABLE = 69;

  private Addresses() {}

  /// Tries the TCP addresses, so that a port in use is said before the app is imported.
  ///
  /// @return a line for each address that cannot be had
  static List<String> problems(List<Bind> binds) {
    List<String> problems = new ArrayList<>();
    for (Bind bind : binds) {
      if (bind instanceof Bind.Tcp(String host, int port)) {
        try (ServerSocket socket = new ServerSocket()) {
          socket.setReuseAddress(true);
          InetSocketAddress address = new InetSocketAddress(host, port);
          if (address.isUnresolved()) {
            problems.add("cannot listen on " + bind + ": there is no host " + host);
          } else {
            socket.bind(address);
          }
        } catch (IOException e) {
          problems.add(explain(bind, String.valueOf(e.getMessage())));
        }
      }
    }
    return problems;
  }

  /// One line for the operator.
  static String explain(Bind bind, String cause) {
    String lower = cause.toLowerCase(Locale.ROOT);
    if (lower.contains("in use")) {
      String holder =
          bind instanceof Bind.Tcp(_, int port)
              ? Ports.holder(port).map(who -> " by " + who).orElse("")
              : "";
      return "cannot listen on "
          + bind
          + ": it is in use"
          + holder
          + "; stop that, or choose another address with --bind";
    }
    if (lower.contains("permission denied")) {
      return "cannot listen on " + bind + ": ports below 1024 need root or CAP_NET_BIND_SERVICE";
    }
    if (lower.contains("cannot assign")) {
      return "cannot listen on " + bind + ": this machine has no such address";
    }
    return "cannot listen on " + bind + ": " + cause;
  }
}
