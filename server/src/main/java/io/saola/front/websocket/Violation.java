package io.saola.front.websocket;

/// What a client did that fails the connection (RFC 6455 §7.1.7), and what it is told.
enum Violation {
  RESERVED_BITS(CloseCode.PROTOCOL_ERROR, "reserved bits are set"),
  OPCODE(CloseCode.PROTOCOL_ERROR, "unknown opcode"),
  NOT_MASKED(CloseCode.PROTOCOL_ERROR, "frame is not masked"),
  LENGTH(CloseCode.PROTOCOL_ERROR, "frame length is not in its shortest form"),
  CONTROL_LENGTH(CloseCode.PROTOCOL_ERROR, "control frame is too long"),
  CONTROL_FRAGMENTED(CloseCode.PROTOCOL_ERROR, "control frame is fragmented"),
  NOTHING_TO_CONTINUE(CloseCode.PROTOCOL_ERROR, "there is no message to continue"),
  MESSAGE_NOT_FINISHED(CloseCode.PROTOCOL_ERROR, "the message before is not finished"),
  CLOSE_PAYLOAD(CloseCode.PROTOCOL_ERROR, "close frame has half a code"),
  CLOSE_CODE(CloseCode.PROTOCOL_ERROR, "close code may not be sent"),
  CLOSE_REASON(CloseCode.INVALID_DATA, "close reason is not UTF-8"),
  TEXT(CloseCode.INVALID_DATA, "text is not UTF-8"),
  COMPRESSION(CloseCode.INVALID_DATA, "compressed data is malformed"),
  TOO_LARGE(CloseCode.TOO_LARGE, "message is too large");

  private final int code;
  private final String reason;

  Violation(int code, String reason) {
    this.code = code;
    this.reason = reason;
  }

  int code() {
    return code;
  }

  String reason() {
    return reason;
  }
}
