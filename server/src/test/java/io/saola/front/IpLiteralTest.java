package io.saola.front;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 00000000000000000000ffff7f000001",
    "0.0.0.0, 00000000000000000000ffff00000000",
    "255.255.255.255, 00000000000000000000ffffffffffff",
    "::ffff:127.0.0.1, 00000000000000000000ffff7f000001",
    "::, 00000000000000000000000000000000",
    "::1, 00000000000000000000000000000001",
    "1::, 00010000000000000000000000000000",
    "2001:DB8::a, 20010db800000000000000000000000a",
    "1::2:3:4, 00010000000000000000000200030004",
    "1:2:3:4:5:6:7:8, 00010002000300040005000600070008",
    "1:2:3:4:5:6:7::, 00010002000300040005000600070000",
    "::2:3:4:5:6:7:8, 00000002000300040005000600070008",
    "64:ff9b::192.0.2.33, 0064ff9b0000000000000000c0000221",
    "1:2:3:4:5:6:7.8.9.10, 0001000200030004000500060708090a"
  })
  void reads_an_address(String text, String bytes) {
    assertThat(read(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "localhost",
        "1",
        "1.2.3",
        "1.2.3.",
        ".1.2.3",
        "1..2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.04",
        "1.2.3.256",
        "1.2.3.1000",
        "1.2.3.-4",
        "1.2.3.4/8",
        " 1.2.3.4",
        "0x1.2.3.4",
        "1.2.3.4:80",
        "[::1]",
        ":",
        ":::",
        ":1",
        "1:",
        "::1::",
        "1::2::3",
        "1:::2",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "::g",
        "::1%eth0",
        "::1.2.3",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:1.2.3.4",
        "\u0661.1.1.1",
        "::\u0661"
      })
  void refuses_what_is_none(String text) {
    assertThat(read(text)).isEqualTo("none");
  }

  @Test
  void reads_every_address_that_the_jdk_writes() throws UnknownHostException {
    SplittableRandom random = new SplittableRandom(7);
    byte[] bytes = new byte[16];
    for (int round = 0; round < 2_000; round++) {
      random.nextBytes(bytes);
      for (int zeros = random.nextInt(16); zeros > 0; zeros--) {
        bytes[random.nextInt(16)] = 0;
      }
      InetAddress address = InetAddress.getByAddress(bytes);

      assertThat(address).isNotInstanceOf(Inet4Address.class);
      assertThat(read(address.getHostAddress())).isEqualTo(HexFormat.of().formatHex(bytes));
    }
  }

  private static String read(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    byte[] out = new byte[IpLiteral.LENGTH];
    return IpLiteral.parse(bytes, 0, bytes.length, out) ? HexFormat.of().formatHex(out) : "none";
  }
}
