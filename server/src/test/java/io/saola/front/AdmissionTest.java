package io.saola.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.saola.model.Rejection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final Admission admission = new Admission(new FrontSettings.Most(4, 2));

  private @Nullable Rejection enter(EmbeddedChannel channel, @Nullable String address) {
    try {
      return admission.enter(channel, address == null ? null : InetAddress.getByName(address));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private @Nullable Rejection enter(@Nullable String address) {
    return enter(new EmbeddedChannel(), address);
  }

  @Test
  void one_address_has_so_many_and_another_its_own() {
    assertThat(enter("192.0.2.1")).isNull();
    assertThat(enter("192.0.2.1")).isNull();

    assertThat(enter("192.0.2.1")).isEqualTo(Rejection.CONNECTIONS_PER_IP);
    assertThat(enter("192.0.2.2")).isNull();
  }

  @Test
  void the_addresses_of_one_ipv6_network_are_one() {
    assertThat(enter("2001:db8:0:1::1")).isNull();
    assertThat(enter("2001:db8:0:1:ffff::2")).isNull();

    assertThat(enter("2001:db8:0:1::3")).isEqualTo(Rejection.CONNECTIONS_PER_IP);
    assertThat(enter("2001:db8:0:2::1")).isNull();
  }

  @Test
  void whoever_leaves_makes_room() {
    EmbeddedChannel first = new EmbeddedChannel();
    assertThat(enter(first, "192.0.2.1")).isNull();
    assertThat(enter("192.0.2.1")).isNull();
    first.close();

    assertThat(enter("192.0.2.1")).isNull();
    assertThat(enter("192.0.2.1")).isEqualTo(Rejection.CONNECTIONS_PER_IP);
  }

  @Test
  void all_together_are_bounded_and_those_who_are_not_counted_by_address_too() {
    for (int i = 0; i < 3; i++) {
      assertThat(enter(null)).isNull();
    }
    EmbeddedChannel last = new EmbeddedChannel();
    assertThat(enter(last, "192.0.2.1")).isNull();

    assertThat(enter("192.0.2.2")).isEqualTo(Rejection.CONNECTIONS);
    assertThat(enter(null)).isEqualTo(Rejection.CONNECTIONS);
    last.close();
    assertThat(enter(null)).isNull();
  }
}
