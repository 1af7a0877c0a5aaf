package io.saola.settings;

/// What the access log can say about a request, under Gunicorn's names and a few of our own.
public enum AccessValue {
  ADDRESS("h", "address of the client"),
  IDENTITY("l", "`-`"),
  USER("u", "user name of HTTP basic authentication"),
  TIME("t", "local time at the end of the request, in brackets"),
  REQUEST_LINE("r", "request line; for a malformed request its first line as it came"),
  METHOD("m", "method"),
  PATH("U", "path, not decoded, without the query"),
  QUERY("q", "query, without the `?`"),
  PROTOCOL("H", "protocol, `HTTP/1.1`"),
  STATUS("s", "status; 499 if the client had gone before there was one"),
  BYTES("B", "bytes of body sent to the client"),
  BYTES_OR_DASH("b", "the same, `-` for none"),
  REFERER("f", "referring page"),
  USER_AGENT("a", "the client's software"),
  SECONDS(
      "T", "time from the first byte of the request to the end of the answer, in whole seconds"),
  MICROSECONDS("D", "the same in microseconds"),
  MILLISECONDS("M", "the same in milliseconds"),
  DECIMAL_SECONDS("L", "the same in seconds with six decimals"),
  PROCESS("p", "process id of the server, in angle brackets"),
  QUEUE("queue", "milliseconds spent waiting for a worker"),
  APP("app", "milliseconds spent in the app"),
  SLOT("slot", "slot of the worker"),
  REJECTION("rejection", "why the server answered itself; `aborted` if the answer is incomplete");

  private final String text;
  private final String doc;

  AccessValue(String text, String doc) {
    this.text = text;
    this.doc = doc;
  }

  /// The name in a format.
  public String text() {
    return text;
  }

  public String doc() {
    return doc;
  }
}
