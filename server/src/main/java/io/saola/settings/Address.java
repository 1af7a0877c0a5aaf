package io.saola.settings;

import java.nio.file.Path;

/// An address to listen on, as Gunicorn writes it: `HOST:PORT`, `:PORT`, `[::1]:PORT`, `unix:PATH`;
/// a bare port is on loopback.
record Address() implements Form<Bind> {
  @Override
  public Bind read(String text) throws BadValue {
    if (text.startsWith("unix:") && text.length() > "unix:".length() && text.indexOf('\0') < 0) {
      return new Bind.Unix(Path.of(text.substring("unix:".length())));
    }
    int colon = text.lastIndexOf(':');
    int port = port(text.substring(colon + 1));
    String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
    if (port >= 0 && host.isEmpty()) {
      return new Bind.Tcp("0.0.0.0", port);
    }
    if (port >= 0 && host.startsWith("[") && host.endsWith("]") && isAddress6(host)) {
      return new Bind.Tcp(host.substring(1, host.length() - 1), port);
    }
    if (port >= 0 && isHost(host)) {
      return new Bind.Tcp(host, port);
    }
    throw BadValue.expected("HOST:PORT, :PORT, PORT, [::1]:PORT or unix:PATH", text);
  }

  private static int port(String text) {
    if (text.length() > 5 || !Digits.areWhole(text, text.length())) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port <= 65535 ? port : -1;
  }

  private static boolean isAddress6(String bracketed) {
    return IpRange.literal(bracketed.substring(1, bracketed.length() - 1)) != null;
  }

  private static boolean isHost(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (!Digits.isLetterOrDigit(c) && c != '.' && c != '-' && c != '_') {
        return false;
      }
    }
    return true;
  }
}
