package io.saola.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.files.ByteRanges.Part;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Range fields, with the examples of RFC 9110 §14.1.2: a file of 10 000 bytes.
class ByteRangesTest {
  private static @Nullable List<Part> read(String field) {
    return ByteRanges.read(field, 10_000);
  }

  @Test
  void the_examples_of_the_rfc_are_understood() {
    assertThat(read("bytes=0-499")).containsExactly(new Part(0, 499));
    assertThat(read("bytes=500-999")).containsExactly(new Part(500, 999));
    assertThat(read("bytes=-500")).containsExactly(new Part(9500, 9999));
    assertThat(read("bytes=9500-")).containsExactly(new Part(9500, 9999));
    assertThat(read("bytes=0-0,-1")).containsExactly(new Part(0, 0), new Part(9999, 9999));
    assertThat(read("bytes= 0-999, 4500-5499, -1000"))
        .containsExactly(new Part(0, 999), new Part(4500, 5499), new Part(9000, 9999));
    assertThat(read("bytes=500-600,601-999"))
        .containsExactly(new Part(500, 600), new Part(601, 999));
  }

  @Test
  void a_part_ends_with_the_file_at_the_latest() {
    assertThat(read("bytes=9990-20000")).containsExactly(new Part(9990, 9999));
    assertThat(read("bytes=-20000")).containsExactly(new Part(0, 9999));
    assertThat(read("bytes=0-99999999999999999999999999")).containsExactly(new Part(0, 9999));
    assertThat(read("bytes=-99999999999999999999999999")).containsExactly(new Part(0, 9999));
  }

  @Test
  void the_unit_is_read_in_any_case_and_empty_elements_do_not_count() {
    assertThat(read("Bytes=,0-1, ,")).containsExactly(new Part(0, 1));
  }

  @Test
  void what_lies_behind_the_end_cannot_be_sent() {
    assertThat(read("bytes=10000-")).isEmpty();
    assertThat(read("bytes=10000-10001,-0")).isEmpty();
    assertThat(read("bytes=99999999999999999999999999-")).isEmpty();
    assertThat(ByteRanges.read("bytes=0-", 0)).isEmpty();
    assertThat(ByteRanges.read("bytes=-1", 0)).isEmpty();
    assertThat(read("bytes=10000-,0-1")).containsExactly(new Part(0, 1));
  }

  @Test
  void a_field_that_is_malformed_or_of_another_unit_does_not_count() {
    for (String field :
        List.of(
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=5",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=0-1;2-3",
            "bytes=+1-2",
            "bytes=1--2",
            "bytes =0-1",
            "lines=0-1")) {
      assertThat(read(field)).as(field).isNull();
    }
  }

  @Test
  void parts_that_are_more_than_the_file_are_answered_with_the_file() {
    assertThat(read("bytes=0-9999,0-0")).isNull();
    assertThat(read("bytes=0-5000,5000-")).isNull();
  }

  @Test
  void too_many_parts_are_answered_with_the_file() {
    String sixteen =
        "bytes=" + String.join(",", IntStream.range(0, 16).mapToObj(i -> i + "-" + i).toList());

    assertThat(read(sixteen)).hasSize(16);
    assertThat(read(sixteen + ",20-20")).isNull();
  }
}
