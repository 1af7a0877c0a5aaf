package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;

/// What clients may send, and how long they may take.
///
/// @param keepAlive zero closes every connection after its answer
public record HttpSettings(
    Bytes maxBody,
    Bytes requestLine,
    int requestFields,
    Bytes requestFieldsSize,
    Duration headerTimeout,
    Duration keepAlive) {
  static final Section SECTION = new Section("Requests");

  static final Setting<Bytes> MAX_BODY =
      SECTION.sizeOrUnlimited(
          "max-body", "1G", "Largest request body; a larger one is answered 413. 0 for any size.");

  static final Setting<Bytes> REQUEST_LINE =
      SECTION.size(
          "limit-request-line",
          "8K",
          64,
          1 << 20,
          "Longest request line; a longer one is answered 414.");

  static final Setting<Integer> REQUEST_FIELDS =
      SECTION.number(
          "limit-request-fields",
          NO_LETTER,
          "100",
          1,
          32768,
          "Most header fields of a request; more are answered 431.");

  static final Setting<Bytes> REQUEST_FIELDS_SIZE =
      SECTION.size(
          "limit-request-fields-size",
          "64K",
          1024,
          16 << 20,
          "Most bytes of a request's header fields together; more are answered 431.");

  static final Setting<Duration> HEADER_TIMEOUT =
      SECTION.time("header-timeout", "10s", "Time a client has to send a whole head; then 408.");

  static final Setting<Duration> KEEP_ALIVE =
      SECTION.timeOrNone(
          "keep-alive",
          NO_LETTER,
          "75s",
          "Time an idle connection is kept open. 0 closes it after each answer.");

  static HttpSettings from(Values values) {
    return new HttpSettings(
        values.get(MAX_BODY),
        values.get(REQUEST_LINE),
        values.get(REQUEST_FIELDS),
        values.get(REQUEST_FIELDS_SIZE),
        values.get(HEADER_TIMEOUT),
        values.get(KEEP_ALIVE));
  }
}
