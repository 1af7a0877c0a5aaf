package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedPeersTest {
  private static TrustedPeers of(String text) throws BadValue {
    return new TrustedPeers(text, List.of(new IpRange.Notation().read(text)));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.7,10.0.0.7,true",
    "10.0.0.7,10.0.0.8,false",
    "10.0.0.7,::ffff:10.0.0.7,true",
    "10.0.0.0/8,10.255.255.255,true",
    "10.0.0.0/8,11.0.0.0,false",
    "192.168.128.0/17,192.168.128.1,true",
    "192.168.128.0/17,192.168.127.255,false",
    "0.0.0.0/0,8.8.8.8,true",
    "0.0.0.0/0,::1,false",
    "::1,::1,true",
    "::1,127.0.0.1,false",
    "2001:db8::/33,2001:db8:7fff::1,true",
    "2001:db8::/33,2001:db8:8000::1,false",
    "2001:db8::/96,2001:db8::1:2,true",
    "2001:db8::/96,2001:db8::1:0:0,false",
    "::/0,2001:db8::1,true",
    "*,8.8.8.8,true",
    "*,::1,true",
    "*,nonsense,false",
  })
  void includes(String range, String address, boolean expected) throws BadValue {
    assertThat(of(range).includes(address)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.07",
        "127.1",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "10.0.0.7/8",
        "2001:db8::1/64",
        "2001:db8:8000::/32",
        "::1/129",
        "fe80::1%1"
      })
  void what_is_no_range(String text) {
    assertThatExceptionOfType(BadValue.class).as(text).isThrownBy(() -> of(text));
  }

  @Test
  void nobody_is_trusted_if_nobody_is_named() {
    assertThat(new TrustedPeers("", List.of()).includes("127.0.0.1")).isFalse();
  }
}
