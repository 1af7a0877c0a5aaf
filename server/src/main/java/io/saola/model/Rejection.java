package io.saola.model;

/// Why the server answered a request itself instead of passing on an answer of the app.
///
/// Rejections are values, not exceptions: they are ordinary outcomes, counted by their code and
/// written into the access log. The text is all that a client is told.
public enum Rejection {
  LINE_END(400, "line-end", "A line does not end in CRLF."),
  REQUEST_LINE(400, "request-line", "The request line is malformed."),
  METHOD(400, "method", "The method is not a token."),
  TARGET(400, "target", "The request target is malformed."),
  CONNECT(501, "connect", "CONNECT is not implemented."),
  VERSION(400, "version", "The HTTP version is malformed."),
  VERSION_UNSUPPORTED(505, "version-unsupported", "Only HTTP/1.0 and HTTP/1.1 are spoken here."),
  LINE_TOO_LONG(414, "line-too-long", "The request line is too long."),
  FIELDS_TOO_MANY(431, "fields-too-many", "There are too many header fields."),
  FIELDS_TOO_LARGE(431, "fields-too-large", "The header fields are too large."),
  FIELD_NAME(400, "field-name", "A header field name is malformed."),
  FIELD_VALUE(400, "field-value", "A header field value holds a control character."),
  FIELD_FOLDED(400, "field-folded", "A header field is folded over several lines."),
  HOST_MISSING(400, "host-missing", "The Host header field is missing."),
  HOST_REPEATED(400, "host-repeated", "There is more than one Host header field."),
  HOST(400, "host", "The Host header field is malformed."),
  CONTENT_LENGTH(400, "content-length", "The Content-Length header field is malformed."),
  TRANSFER_ENCODING(400, "transfer-encoding", "The Transfer-Encoding header field is not allowed."),
  TRANSFER_CODING(501, "transfer-coding", "Only the transfer coding chunked is implemented."),
  EXPECTATION(417, "expectation", "Only the expectation 100-continue can be met."),
  CHUNK(400, "chunk", "The chunked body is malformed."),
  TRAILERS_TOO_LARGE(431, "trailers-too-large", "The trailer fields are too large."),
  BODY_TOO_LARGE(413, "body-too-large", "The request body is too large."),
  WEBSOCKET_KEY(400, "websocket-key", "The Sec-WebSocket-Key header field is not as it must be."),
  WEBSOCKET_VERSION(426, "websocket-version", "Only version 13 of WebSocket is spoken here."),
  WEBSOCKET_PROTOCOL(
      400, "websocket-protocol", "The Sec-WebSocket-Protocol header field is malformed."),
  WEBSOCKET_EXTENSIONS(
      400, "websocket-extensions", "The Sec-WebSocket-Extensions header field is malformed."),
  WEBSOCKET_ORIGIN(403, "websocket-origin", "This page may not open a WebSocket here."),
  FILE_MISSING(404, "file-missing", "There is no such file."),
  FILE_METHOD(405, "file-method", "Files can be read only: GET and HEAD."),
  FILE_CONDITION(412, "file-condition", "The file is not what the request takes it for."),
  FILE_RANGE(416, "file-range", "The file has no such part."),
  FILE_UNREADABLE(500, "file-unreadable", "The file cannot be read."),
  HEAD_TIMEOUT(408, "head-timeout", "The request head did not arrive in time."),
  BODY_TIMEOUT(408, "body-timeout", "The request body did not arrive in time."),
  BODY_RATE(408, "body-rate", "The request body came too slowly."),
  BODY_SPOOL(507, "body-spool", "The request body could not be stored."),
  SPOOL_LIMIT(503, "spool-limit", "Too many request bodies are stored."),
  SEND_RATE(408, "send-rate", "The response was read too slowly."),
  SLOWEST(408, "slowest-reader", "The response was read too slowly for the room that there is."),
  CONNECTIONS(503, "connections", "There are too many connections."),
  CONNECTIONS_PER_IP(
      503, "connections-per-ip", "There are too many connections from this address."),
  QUEUE_FULL(503, "queue-full", "All workers are busy."),
  QUEUE_TIMEOUT(503, "queue-timeout", "All workers are busy."),
  STARTING(503, "starting", "The server is starting."),
  STOPPING(503, "stopping", "The server is stopping."),
  WEBSOCKET_REFUSED(403, "websocket-refused", "The application refused the WebSocket."),
  APP_RESPONSE(500, "app-response", "The application sent a malformed response."),
  WORKER_LOST(502, "worker-lost", "The application ended while it was answering."),
  TIMEOUT(504, "timeout", "The application did not answer in time.");

  private final int status;
  private final String code;
  private final String text;

  Rejection(int status, String code, String text) {
    this.status = status;
    this.code = code;
    this.text = text;
  }

  /// The status code that the client gets.
  public int status() {
    return status;
  }

  /// The name under which it is counted and logged.
  public String code() {
    return code;
  }

  /// One sentence for the client.
  public String text() {
    return text;
  }
}
