package io.saola.front;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdsTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final RequestIds ids = new RequestIds(true, false, new SplittableRandom(1));
  private final RequestIds traces = new RequestIds(false, true, new SplittableRandom(1));

  /// A head with these fields, names and values by turns.
  private static RequestHead head(String... fields) {
    RequestHead head = new RequestHead();
    for (int i = 0; i < fields.length; i += 2) {
      byte[] bytes = (fields[i] + fields[i + 1]).getBytes(StandardCharsets.ISO_8859_1);
      int start = head.append(bytes, bytes.length);
      int value = start + fields[i].length();
      KnownHeader known = KnownHeader.of(bytes, 0, fields[i].length());
      head.addField(known, start, value, value, start + bytes.length);
    }
    return head;
  }

  /// The fields as an app sees them, `Name: value` each.
  private static List<String> fields(RequestHead head) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < head.fieldCount(); i++) {
      fields.add(
          head.text(head.nameStart(i), head.nameEnd(i))
              + ": "
              + head.text(head.valueStart(i), head.valueEnd(i)));
    }
    return fields;
  }

  private static List<String> after(RequestIds ids, String... fields) {
    RequestHead head = head(fields);
    ids.identify(head);
    return fields(head);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "4f1c8a52-9e0b-4b7e-8f64-0c5a3c1d2e3f",
        "Root=1-67891233-abcdef012345678912345678",
        "host:123/abc+def_~.@,=",
      })
  void what_a_client_calls_its_request_counts(String id) {
    assertThat(after(ids, "Host", "a", "x-request-id", id))
        .containsExactly("Host: a", "x-request-id: " + id);
    String longest = "x".repeat(200);
    assertThat(after(ids, "X-Request-ID", longest)).containsExactly("X-Request-ID: " + longest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "a\"", "a\\b", "<script>", "é", "a;b", "'", "$(id)", "a%0a", "{}"})
  void what_could_mislead_a_reader_is_replaced(String id) {
    assertThat(after(ids, "X-Request-ID", id, "Host", "a"))
        .satisfiesExactly(
            host -> assertThat(host).isEqualTo("Host: a"),
            made -> assertThat(made).matches("X-Request-ID: [0-9a-f]{32}"));
  }

  @Test
  void what_is_too_long_is_replaced() {
    assertThat(after(ids, "X-Request-ID", "x".repeat(201)).getFirst()).hasSize(14 + 32);
  }

  @Test
  void of_two_ids_none_counts() {
    assertThat(after(ids, "X-Request-ID", "a", "x-request-id", "b"))
        .singleElement()
        .asString()
        .matches("X-Request-ID: [0-9a-f]{32}");
  }

  @Test
  void a_request_without_an_id_is_given_one_of_its_own() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      made.add(after(ids).getFirst());
    }

    assertThat(made).hasSize(10_000).allMatch(id -> id.matches("X-Request-ID: [0-9a-f]{32}"));
  }

  @Test
  void two_servers_give_other_ids() {
    RequestIds others = new RequestIds(true, false, new SplittableRandom(2));

    assertThat(after(others)).isNotEqualTo(after(ids));
  }

  @Test
  void what_was_put_in_did_not_come() {
    RequestHead head = new RequestHead();
    byte[] bytes = "GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, head.room(bytes.length), 0, bytes.length);
    head.length(bytes.length);

    ids.identify(head);

    assertThat(head.receivedLength()).isEqualTo(bytes.length);
    assertThat(head.length()).isGreaterThan(bytes.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        TRACE,
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings",
      })
  void a_trace_that_a_client_is_in_goes_on(String trace) {
    assertThat(after(traces, "traceparent", trace, "tracestate", "a=b"))
        .containsExactly("traceparent: " + trace, "tracestate: a=b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
      })
  void a_trace_that_is_none_begins_anew_without_its_state(String trace) {
    assertThat(after(traces, "Traceparent", trace, "Tracestate", "a=b", "Host", "a"))
        .satisfiesExactly(
            host -> assertThat(host).isEqualTo("Host: a"),
            made -> assertThat(made).matches("Traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01"));
  }

  @Test
  void nothing_is_touched_if_nothing_is_wanted() {
    RequestIds none = new RequestIds(false, false, new SplittableRandom(1));

    assertThat(after(none, "X-Request-ID", "a b", "Traceparent", "x"))
        .containsExactly("X-Request-ID: a b", "Traceparent: x");
  }

  @Test
  void an_id_costs_no_object() {
    RequestHead head = new RequestHead();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 100; i++) {
      head.reset();
      ids.identify(head);
    }

    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1000; i++) {
      head.reset();
      ids.identify(head);
    }

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1000);
  }
}
