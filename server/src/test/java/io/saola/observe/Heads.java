package io.saola.observe;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import java.nio.charset.StandardCharsets;

/// Heads as the decoder leaves them, without a decoder.
final class Heads {
  private Heads() {}

  /// A head with these fields, `Name: value` each.
  static RequestHead of(String method, String target, String... fields) {
    RequestHead head = new RequestHead();
    int at = append(head, method);
    head.method(0, at);
    append(head, " ");
    int start = head.length();
    int end = append(head, target);
    head.target(start, end);
    int mark = target.indexOf('?');
    head.path(start, mark < 0 ? end : start + mark);
    head.query(mark < 0 ? end : start + mark + 1, end);
    append(head, " HTTP/1.1\r\n");
    for (String field : fields) {
      int colon = field.indexOf(": ");
      int nameStart = head.length();
      int nameEnd = append(head, field.substring(0, colon));
      append(head, ": ");
      int valueStart = head.length();
      int valueEnd = append(head, field.substring(colon + 2));
      append(head, "\r\n");
      KnownHeader known = KnownHeader.of(head.bytes(), nameStart, nameEnd);
      head.addField(known, nameStart, nameEnd, valueStart, valueEnd);
      if (known == KnownHeader.HOST) {
        head.host(valueStart, valueEnd);
      }
    }
    return head;
  }

  /// Bytes that never became a head.
  static RequestHead broken(String bytes) {
    RequestHead head = new RequestHead();
    append(head, bytes);
    return head;
  }

  static Caller caller(String address) {
    return new Caller(address, 4711, "http", null, "localhost", 8000);
  }

  /// A record of a request that went well.
  static AccessRecord record(RequestHead head) {
    AccessRecord record = new AccessRecord();
    record.head = head;
    record.hasHead = true;
    record.caller = caller("192.0.2.7");
    record.status = 200;
    record.bodyBytes = 512;
    record.startNanos = 5_000_000_000L;
    record.endNanos = 7_012_345_678L;
    record.queueNanos = 1_500_000;
    record.appNanos = 12_345_678;
    record.receiveNanos = 250_000;
    record.sendNanos = 1_998_250_000L;
    record.doneNanos = 20_000_000;
    record.requestBytes = 1000;
    record.slot = 3;
    return record;
  }

  private static int append(RequestHead head, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, head.room(bytes.length), head.length(), bytes.length);
    head.length(head.length() + bytes.length);
    return head.length();
  }
}
