package io.saola.settings;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A response header field as an operator writes it; there is nothing in it that could end a line.
public record HeaderField(String name, String value) {
  /// Longer than any policy that is in use; many clients refuse a head of 8 KiB.
  private static final int LONGEST = 4096;

  /// How it is written: `Name: value`.
  record Notation() implements Form<HeaderField> {
    @Override
    public HeaderField read(String text) throws BadValue {
      int colon = text.indexOf(':');
      String name = colon < 0 ? "" : text.substring(0, colon);
      String value = text.substring(colon + 1).strip();
      if (!isToken(name) || value.isEmpty()) {
        throw BadValue.expected("a name and a value such as 'X-Frame-Options: DENY'", text);
      }
      String refused = refusal(name.toLowerCase(Locale.ROOT));
      if (refused != null) {
        throw BadValue.because("cannot set " + name + ": " + refused);
      }
      String problem = problem(value);
      if (problem != null) {
        throw BadValue.because("the value of " + name + " " + problem + ": " + Quoted.of(value));
      }
      return new HeaderField(name, value);
    }
  }

  /// Why no value can be right for every answer, or null.
  private static @Nullable String refusal(String lower) {
    if (lower.startsWith("sec-websocket-")) {
      return "it belongs to the handshake of a WebSocket";
    }
    return switch (lower) {
      case "content-length", "transfer-encoding", "trailer" ->
          "it says where an answer ends, which only the server knows";
      case "connection", "keep-alive", "proxy-connection", "te", "upgrade" ->
          "it belongs to the connection, which is the server's";
      case "content-encoding", "content-range" -> "it describes the body of one answer";
      case "date" -> "each answer has its own";
      case "x-request-id" -> "each request has its own, see --request-id";
      case "server" -> "see --server-header";
      default -> null;
    };
  }

  /// What keeps a text from being a field's value (RFC 9110 §5.5), or null. Bytes beyond ASCII mean
  /// to each client what it likes, so they are refused.
  static @Nullable String problem(String value) {
    if (value.length() > LONGEST) {
      return "is longer than " + LONGEST + " bytes";
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isISOControl(c) && c != '\t') {
        return "holds a control character";
      }
      if (c > 0x7f) {
        return "holds a character that is not ASCII";
      }
    }
    return null;
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Digits.isLetterOrDigit(c) && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
