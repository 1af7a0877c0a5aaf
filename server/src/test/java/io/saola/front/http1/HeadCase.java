package io.saola.front.http1;

import io.saola.model.Rejection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bytes of a request head, as latin-1, and what must come of them: a rejection or some facts.
record HeadCase(String name, String bytes, @Nullable Rejection rejection, List<String> facts) {
  static HeadCase refused(String name, Rejection rejection, String bytes) {
    return new HeadCase(name, bytes, rejection, List.of());
  }

  static HeadCase good(String name, String bytes, String... facts) {
    return new HeadCase(name, bytes, null, List.of(facts));
  }

  /// A head with this request line and nothing but a Host.
  static String line(String requestLine) {
    return requestLine + "\r\nHost: a\r\n\r\n";
  }

  /// A good head with these further lines, each with its end.
  static String fields(String lines) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
  }

  /// A good head of the old version with these lines, each with its end.
  static String oldFields(String lines) {
    return "POST / HTTP/1.0\r\n" + lines + "\r\n";
  }

  /// A head with this Host.
  static String host(String value) {
    return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
  }

  @Override
  public String toString() {
    return name;
  }
}
