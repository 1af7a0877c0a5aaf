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
    // Behind the last colon is the port, unless that colon is an address's in brackets.
    int colon = where.endsWith("]") ? -1 : where.lastIndexOf(':');
    String port = colon < 0 ? "514" : where.substring(colon + 1);
    String host = colon < 0 ? where : where.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    }
    boolean named = !host.isEmpty() && (bracketed || !host.contains(":"));
    if (!named || !Digits.areWhole(port, port.length())) {
      throw BadValue.expected("syslog, syslog:/PATH or syslog:HOST:PORT", text);
    }
    int number = port.length() > 5 ? 0 : Integer.parseInt(port);
    if (number < 1 || number > 65_535) {
      throw BadValue.expected("syslog:HOST:PORT with a port from 1 to 65535", text);
    }
    return new RemoteSyslog(host, number);
  }
}
