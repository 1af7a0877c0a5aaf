package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerClientTest {
  @Test
  void an_answer_says_who_gave_it() throws IOException {
    WorkerClient.Reply reply =
        WorkerClient.parse(
            "HTTP/1.1 200 OK\r\nx-lab-worker: 4711\r\nContent-Length: 2\r\n\r\nok", 2_500_000, 7);

    assertThat(reply).isEqualTo(new WorkerClient.Reply(4711, "ok", 2_500_000, 7));
    assertThat(reply.millis()).isEqualTo(2.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|answered nothing",
        "HTTP/1.1 200 OK|answered HTTP/1.1 200 OK",
        "HTTP/1.1 503 Busy~~no|answered HTTP/1.1 503 Busy",
        "HTTP/1.1 200 OK~Content-Length: 3~X-Lab-Worker: 1~~ok|answered 2 bytes of 3",
        "HTTP/1.1 200 OK~~ok|another app answered",
      })
  void another_answer_is_refused(String answer, String message) {
    assertThatIOException()
        .isThrownBy(() -> WorkerClient.parse(answer.replace("~", "\r\n"), 0, 0))
        .withMessage(message);
  }
}
