package io.saola.lab.load;

import java.util.Arrays;
import java.util.List;

/// In which way a client is slow.
public enum Slowness {
  HEAD("head", "a request's head, a byte each half second, without an end"),
  BODY("body", "a POST of 1 MiB"),
  READER("reader", "a GET of 20 MiB, through a receive buffer of 4 KiB");

  private static final int MEBIBYTE = 1024 * 1024;

  private final String label;
  private final String text;

  Slowness(String label, String text) {
    this.label = label;
    this.text = text;
  }

  /// As on the command line.
  public String label() {
    return label;
  }

  public String text() {
    return text;
  }

  public static List<String> labels() {
    return Arrays.stream(values()).map(Slowness::label).toList();
  }

  /// What is said at once.
  String beginning(String host) {
    return switch (this) {
      case HEAD -> "GET / HTTP/1.1\r\nHost: " + host + "\r\nX-Slow: ";
      case BODY ->
          "POST /upload HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + MEBIBYTE + "\r\n\r\n";
      case READER -> "GET /large HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    };
  }
}
