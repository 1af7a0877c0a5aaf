package io.saola.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          127.0.0.1,::1               | 127.0.0.1        | true
          127.0.0.1,::1               | ::1              | true
          127.0.0.1,::1               | 127.0.0.2        | false
          127.0.0.1,::1               | ::2              | false
          127.0.0.1                   | ::1              | false
          10.0.0.0/8                  | 10.255.0.1       | true
          10.0.0.0/8                  | 11.0.0.0         | false
          10.0.0.0/8                  | 9.255.255.255    | false
          192.168.4.0/22              | 192.168.7.255    | true
          192.168.4.0/22              | 192.168.8.0      | false
          192.168.4.0/22              | 192.168.3.255    | false
          10.1.2.3/32                 | 10.1.2.3         | true
          10.1.2.3/32                 | 10.1.2.2         | false
          10.1.2.2/31                 | 10.1.2.3         | true
          0.0.0.0/0                   | 203.0.113.9      | true
          0.0.0.0/0                   | 2001:db8::1      | false
          ::/0                        | 2001:db8::1      | true
          ::/0                        | 203.0.113.9      | false
          2001:db8::/32               | 2001:db8:9::1    | true
          2001:db8::/32               | 2001:db9::1      | false
          fe80::/10                   | febf::1          | true
          fe80::/10                   | fec0::1          | false
          ::ffff:10.0.0.0/104         | 10.2.3.4         | true
          ::ffff:10.0.0.1             | 10.0.0.1         | true
          2001:DB8:0:0:0:0:0:1        | 2001:db8::1      | true
          1::2:3:4                    | 1:0:0:0:0:2:3:4  | true
          1:2:3:4:5:6:7::             | 1:2:3:4:5:6:7:0  | true
          ::2:3:4:5:6:7:8             | 0:2:3:4:5:6:7:8  | true
          ::                          | ::               | true
          64:ff9b::192.0.2.33         | 64:ff9b::c000:221 | true
          *                           | 203.0.113.9      | true
          10.0.0.1, *                 | 2001:db8::1      | true
          ' 10.0.0.1 ,  10.0.0.2 '    | 10.0.0.2         | true
          ''                          | 127.0.0.1        | false
          ' '                         | ::1              | false
          """)
  void trusts_who_is_listed(String list, String address, boolean trusted) {
    assertThat(TrustedProxies.parse(list).trusts(InetAddress.ofLiteral(address)))
        .isEqualTo(trusted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          127.0.0.1    | true
          ::1          | true
          127.0.0.0/8  | true
          *            | true
          10.0.0.0/8   | false
          ''           | false
          """)
  void trusts_the_unix_socket_where_it_trusts_loopback(String list, boolean trusted) {
    assertThat(TrustedProxies.parse(list).trustsUnix()).isEqualTo(trusted);
  }

  @Test
  void trusts_this_machine_unless_told_otherwise() {
    TrustedProxies proxies = TrustedProxies.parse(TrustedProxies.DEFAULT);

    assertThat(proxies.trusts(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
    assertThat(proxies.trusts(InetAddress.ofLiteral("::1"))).isTrue();
    assertThat(proxies.trustsUnix()).isTrue();
    assertThat(proxies.trusts(InetAddress.ofLiteral("192.0.2.1"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "10.0.0",
        "10",
        "010.0.0.1",
        "10.0.0.256",
        "10.0.0.1.2",
        "1.2.3.4:80",
        "[::1]",
        ":::",
        ":1",
        "1:",
        "::1::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8",
        "12345::",
        "::g",
        "fe80::1%eth0",
        "::1.2.3",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "**",
        "unix:",
        "\u0661.1.1.1",
        "/8",
        "caf\u00e9",
        "127.0.0.1,,::1",
        "127.0.0.1,",
        ","
      })
  void names_the_entry_that_is_no_address(String list) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedProxies.parse(list))
        .withMessageMatching("'.*' is not an IP address, a network such as 10.0.0.0/8, or \\*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1"})
  void names_the_network_with_a_bad_prefix(String entry) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedProxies.parse("::1, " + entry))
        .withMessageStartingWith("'" + entry + "' is not a network: its prefix must be from 0 to ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1/8", "192.168.5.0/22", "2001:db8::1/64"})
  void names_the_network_that_is_an_address(String entry) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedProxies.parse(entry))
        .withMessageStartingWith("'" + entry + "' is not a network: the address goes on behind");
  }
}
