package io.saola.settings;

import java.nio.file.Path;

/// Where the access log goes.
public sealed interface LogTarget {
  record None() implements LogTarget {}

  record StandardOutput() implements LogTarget {}

  record File(Path path) implements LogTarget {}

  /// The syslog daemon of this machine, through its datagram socket.
  record LocalSyslog(Path socket) implements LogTarget {}

  /// A syslog daemon elsewhere, by UDP (RFC 5426).
  record RemoteSyslog(String host, int port) implements LogTarget {}

  /// `-`, `syslog`, `syslog:/PATH`, `syslog:HOST:PORT`, or a file.
  static LogTarget read(String text, Path folder) throws BadValue {
    if (text.isEmpty()) {
      return new None();
    }
    if (text.equals("-")) {
      return new StandardOutput();
    }
    if (text.equals("syslog")) {
      return new LocalSyslog(Path.of("/dev/log"));
    }
    if (!text.startsWith("syslog:")) {
      return new File(folder.resolve(text).normalize());
    }
    String where = text.substring("syslog:".length());
    if (where.startsWith("/")) {
      return new LocalSyslog(Path.of(where));
    }
    int colon = where.lastIndexOf(':');
    // A colon in what is left is an IPv6 address, whose own are in brackets.
    boolean named = colon > 0 && (where.startsWith("[") || where.indexOf(':') == colon);
    String port = named ? where.substring(colon + 1) : "514";
    String host = named ? where.substring(0, colon) : where;
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty()
        || (host.contains(":") && !bracketed)
        || !Digits.areWhole(port, port.length())) {
      throw BadValue.expected("syslog, syslog:/PATH or syslog:HOST:PORT", text);
    }
    int number = port.length() > 5 ? 0 : Integer.parseInt(port);
    if (number < 1 || number > 65_535) {
      throw BadValue.expected("syslog:HOST:PORT with a port from 1 to 65535", text);
    }
    return new RemoteSyslog(host, number);
  }
}
