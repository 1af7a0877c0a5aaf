package io.saola.front.http1;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.RequestHead;
import io.saola.rig.Requests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeTest {
  private static final byte[] PREFIX = "/-/".getBytes(US_ASCII);

  private static Probe of(String target) {
    return Probe.of(PREFIX, Requests.get(target));
  }

  @Test
  void its_paths_are_found_whatever_the_query() {
    assertThat(of("/-/live")).isEqualTo(Probe.LIVE);
    assertThat(of("/-/ready?x=1")).isEqualTo(Probe.READY);
    assertThat(of("http://a/-/ready")).isEqualTo(Probe.READY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/-",
        "/-/",
        "/-/liv",
        "/-/lives",
        "/-/LIVE",
        "/-/live/",
        "/x/-/live",
        "//-/live"
      })
  void other_paths_are_the_app_s(String target) {
    assertThat(of(target)).isNull();
  }

  @Test
  void a_request_with_a_body_is_the_app_s() {
    RequestHead head = Requests.head("POST /-/live HTTP/1.1", "Content-Length: 1");

    assertThat(Probe.of(PREFIX, head)).isNull();
  }

  @Test
  void without_a_prefix_there_is_none() {
    assertThat(Probe.of(new byte[0], Requests.get("/live"))).isNull();
  }
}
