package io.saola.observe;

import java.nio.charset.StandardCharsets;

/// Constant texts as bytes.
final class Ascii {
  private Ascii() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
