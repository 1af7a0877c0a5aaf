package io.saola.front.websocket;

/// Why a WebSocket was closed (RFC 6455 §7.4), as far as the server says or judges it.
final class CloseCode {
  static final int NORMAL = 1000;
  static final int GOING_AWAY = 1001;
  static final int PROTOCOL_ERROR = 1002;

  /// A close frame without a code; never sent.
  static final int NONE = 1005;

  /// No close frame at all; never sent.
  static final int ABNORMAL = 1006;

  static final int INVALID_DATA = 1007;
  static final int TOO_LARGE = 1009;

  private CloseCode() {}

  /// Whether it may stand in a close frame: what IANA has registered for that, or what is left to
  /// libraries and apps.
  static boolean isSendable(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }
}
