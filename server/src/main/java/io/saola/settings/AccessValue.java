package io.saola.settings;

import java.util.List;

/// What the access log can say about a request: under Gunicorn's names, under nginx's, and under a
/// few of our own.
public enum AccessValue {
  ADDRESS("h", "remote_addr", "address of the client"),
  PORT("", "remote_port", Kind.NUMBER, "port of the client"),
  IDENTITY("l", "", "`-`"),
  USER("u", "remote_user", "user name of HTTP basic authentication"),
  TIME("t", "", "local time at the end of the request, `[22/Nov/2026:12:00:00 +0000]`"),
  TIME_LOCAL("", "time_local", "local time at the end of the request, without brackets"),
  TIME_ISO("", "time_iso8601", "local time at the end of the request, `2026-11-22T12:00:00+00:00`"),
  TIME_MILLIS(
      "", "saola_time", "local time at the end of the request, `2026-11-22T12:00:00.250+00:00`"),
  EPOCH(
      "",
      "msec",
      Kind.NUMBER,
      "time at the end of the request, in seconds since 1970, with milliseconds"),
  REQUEST_LINE("r", "request", "request line; for a malformed request its first line as it came"),
  METHOD("m", "request_method", "method"),
  TARGET("", "request_uri", "target of the request as it came, with the query"),
  PATH("U", "uri", "path, not decoded, without the query"),
  QUERY("q", "", "query, without the `?`; nothing if there is none"),
  QUERY_OR_DASH("", "args", "query, without the `?`"),
  QUESTION_MARK("", "is_args", "`?` if there is a query, else nothing"),
  PROTOCOL("H", "server_protocol", "protocol, `HTTP/1.1`"),
  SCHEME("", "scheme", "`http` or `https`, which a trusted proxy may say"),
  HOST("", "host", "host that the request is for, which a trusted proxy may say"),
  SERVER_NAME("", "server_name", "name or address that the client is connected to"),
  SERVER_PORT("", "server_port", Kind.NUMBER, "port that the client is connected to"),
  STATUS("s", "status", Kind.NUMBER, "status; 499 if the client had gone before there was one"),
  BYTES("B", "body_bytes_sent", Kind.NUMBER, "bytes of body sent to the client"),
  BYTES_OR_DASH("b", "", Kind.NUMBER, "bytes of body sent to the client, `-` for none"),
  REQUEST_BYTES(
      "", "request_length", Kind.NUMBER, "bytes of the request: its head and its body, unchunked"),
  REFERER("f", "", "referring page"),
  USER_AGENT("a", "", "the client's software"),
  SECONDS("T", "", Kind.NUMBER, "time of the whole request in whole seconds"),
  MICROSECONDS("D", "", Kind.NUMBER, "time of the whole request in microseconds"),
  MILLISECONDS("M", "", Kind.NUMBER, "time of the whole request in milliseconds"),
  DECIMAL_SECONDS("L", "", Kind.NUMBER, "time of the whole request in seconds with six decimals"),
  REQUEST_TIME(
      "", "request_time", Kind.NUMBER, "time of the whole request in seconds with three decimals"),
  DURATION(
      "duration",
      "saola_ms",
      Kind.NUMBER,
      "time of the whole request in milliseconds with three decimals"),
  RECEIVE(
      "receive",
      "saola_receive_ms",
      Kind.NUMBER,
      "milliseconds from the first byte of the request until it could be handed to a worker"),
  QUEUE("queue", "saola_queue_ms", Kind.NUMBER, "milliseconds spent waiting for a worker"),
  APP("app", "saola_app_ms", Kind.NUMBER, "milliseconds until the app began to answer"),
  SEND(
      "send",
      "saola_send_ms",
      Kind.NUMBER,
      "milliseconds from there until the last byte was handed to the socket"),
  CONNECT_TIME("", "upstream_connect_time", Kind.NUMBER, "time in the queue, in seconds"),
  HEADER_TIME(
      "", "upstream_header_time", Kind.NUMBER, "time until the app began to answer, in seconds"),
  RESPONSE_TIME(
      "", "upstream_response_time", Kind.NUMBER, "time until the app was done, in seconds"),
  UPSTREAM_STATUS("", "upstream_status", Kind.NUMBER, "status that the app answered with"),
  COMPLETION("", "request_completion", "`OK` if the client has got all of the answer"),
  REQUEST_ID("id", "request_id", "id of the request; see [Request ids](#request-ids)"),
  TRACE_ID("trace", "saola_trace_id", "id of the trace that the request belongs to"),
  PROCESS("p", "", "process id of the server, in angle brackets"),
  PID("", "pid", Kind.NUMBER, "process id of the server"),
  HOSTNAME("", "hostname", "name of the machine"),
  SLOT("slot", "saola_slot", Kind.NUMBER, "slot of the worker"),
  RETRY(
      "retry", "saola_retry", Kind.NUMBER, "how often it was served again because its worker died"),
  REJECTION(
      "rejection",
      "saola_rejection",
      "why the server answered itself; `aborted` if the answer is incomplete"),
  ABORTED("", "saola_aborted", Kind.TRUTH, "whether the answer is incomplete: `true` or `false`"),
  MALFORMED("", "saola_malformed", "of a malformed request its first line as it came"),
  ROUTER_AT("", "", "`info`, or what went wrong in the words of Heroku's router"),
  ROUTER_FORWARDED("", "", "X-Forwarded-For, or the address of the client"),
  ROUTER_CONNECT("", "", Kind.NUMBER, "whole milliseconds in the queue"),
  ROUTER_SERVICE("", "", Kind.NUMBER, "whole milliseconds outside of the queue");

  /// How a value is written where texts, numbers and truth values differ.
  public enum Kind {
    TEXT,
    NUMBER,
    TRUTH
  }

  /// nginx has two names for some of its variables.
  private static final List<String> ALIASES = List.of("document_uri", "query_string");

  private final String atom;
  private final String variable;
  private final Kind kind;
  private final String doc;

  AccessValue(String atom, String variable, String doc) {
    this(atom, variable, Kind.TEXT, doc);
  }

  AccessValue(String atom, String variable, Kind kind, String doc) {
    this.atom = atom;
    this.variable = variable;
    this.kind = kind;
    this.doc = doc;
  }

  /// The name in `%(NAME)s`; empty if it has none.
  public String atom() {
    return atom;
  }

  /// The name in `$NAME`; empty if it has none.
  public String variable() {
    return variable;
  }

  boolean isVariable(String name) {
    return switch (ALIASES.indexOf(name)) {
      case 0 -> this == PATH;
      case 1 -> this == QUERY_OR_DASH;
      default -> variable.equals(name) && !name.isEmpty();
    };
  }

  public Kind kind() {
    return kind;
  }

  public String doc() {
    return doc;
  }
}
