package io.saola.model;

/// The request methods that the server treats differently from one another (RFC 9110 §9).
///
/// The method's own text stays in the [RequestHead]; any token is passed on to the app.
public enum Method {
  GET(true, true),
  HEAD(true, true),
  POST(false, false),
  PUT(false, true),
  DELETE(false, true),
  PATCH(false, false),
  OPTIONS(true, true),
  TRACE(true, true),
  OTHER(false, false);

  private final boolean safe;
  private final boolean idempotent;

  Method(boolean safe, boolean idempotent) {
    this.safe = safe;
    this.idempotent = idempotent;
  }

  /// Whether the method promises to change nothing (RFC 9110 §9.2.1).
  public boolean isSafe() {
    return safe;
  }

  /// Whether sending it twice has the effect of sending it once (RFC 9110 §9.2.2).
  public boolean isIdempotent() {
    return idempotent;
  }

  /// The method written in these bytes; methods are case-sensitive.
  public static Method of(byte[] bytes, int start, int end) {
    return switch (end - start) {
      case 3 -> is("GET", bytes, start) ? GET : is("PUT", bytes, start) ? PUT : OTHER;
      case 4 -> is("HEAD", bytes, start) ? HEAD : is("POST", bytes, start) ? POST : OTHER;
      case 5 -> is("PATCH", bytes, start) ? PATCH : is("TRACE", bytes, start) ? TRACE : OTHER;
      case 6 -> is("DELETE", bytes, start) ? DELETE : OTHER;
      case 7 -> is("OPTIONS", bytes, start) ? OPTIONS : OTHER;
      default -> OTHER;
    };
  }

  private static boolean is(String name, byte[] bytes, int start) {
    for (int i = 0; i < name.length(); i++) {
      if (bytes[start + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
