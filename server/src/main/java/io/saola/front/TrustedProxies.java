package io.saola.front;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Whose word about the client is believed: `--forwarded-allow-ips`.
///
/// A list of addresses and networks between commas; `*` is everybody, an empty list nobody. The
/// peer of a Unix socket has no address, but is on this machine: it is trusted where loopback is.
public final class TrustedProxies {
  /// Proxies on the same machine.
  public static final String DEFAULT = "127.0.0.1,::1";

  private static final class Network {
    private final byte[] address;
    private final int bits;

    Network(byte[] address, int bits) {
      this.address = address;
      this.bits = bits;
    }

    /// An IPv6 network never holds an IPv4 address, not even `::/0`.
    boolean contains(byte[] other) {
      if (bits < IpLiteral.IPV4_AT * 8 && IpLiteral.isV4(other)) {
        return false;
      }
      int whole = bits / 8;
      for (int i = 0; i < whole; i++) {
        if (address[i] != other[i]) {
          return false;
        }
      }
      int rest = bits % 8;
      return rest == 0 || ((address[whole] ^ other[whole]) & 0xff) >> (8 - rest) == 0;
    }

    boolean hasBitsBehindPrefix() {
      for (int bit = bits; bit < IpLiteral.LENGTH * 8; bit++) {
        if ((address[bit / 8] & (0x80 >> (bit % 8))) != 0) {
          return true;
        }
      }
      return false;
    }
  }

  private final List<Network> networks;
  private final boolean everybody;

  private TrustedProxies(List<Network> networks, boolean everybody) {
    this.networks = List.copyOf(networks);
    this.everybody = everybody;
  }

  /// Reads a list such as `10.0.0.0/8, ::1`.
  ///
  /// @throws IllegalArgumentException if an entry is neither an address, a network nor `*`; the
  ///   message names it
  public static TrustedProxies parse(String text) {
    List<Network> networks = new ArrayList<>();
    boolean everybody = false;
    if (!text.isBlank()) {
      for (String entry : text.split(",", -1)) {
        if (entry.strip().equals("*")) {
          everybody = true;
        } else {
          networks.add(network(entry.strip()));
        }
      }
    }
    return new TrustedProxies(networks, everybody);
  }

  private static Network network(String entry) {
    int slash = entry.indexOf('/');
    String literal = slash < 0 ? entry : entry.substring(0, slash);
    byte[] text = literal.getBytes(StandardCharsets.UTF_8);
    byte[] address = new byte[IpLiteral.LENGTH];
    if (!IpLiteral.parse(text, 0, text.length, address)) {
      throw new IllegalArgumentException(
          "'" + entry + "' is not an IP address, a network such as 10.0.0.0/8, or *");
    }
    int most = literal.indexOf(':') >= 0 ? 128 : 32;
    int prefix = slash < 0 ? most : prefix(entry, entry.substring(slash + 1), most);
    Network network = new Network(address, prefix + 128 - most);
    if (network.hasBitsBehindPrefix()) {
      throw new IllegalArgumentException(
          "'" + entry + "' is not a network: the address goes on behind its " + prefix + " bits");
    }
    return network;
  }

  private static int prefix(String entry, String text, int most) {
    int prefix = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    if (prefix < 0 || prefix > most) {
      throw new IllegalArgumentException(
          "'" + entry + "' is not a network: its prefix must be from 0 to " + most + " bits");
    }
    return prefix;
  }

  /// Whether the peer at this address is believed.
  public boolean trusts(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet6Address) {
      return trusts(bytes);
    }
    byte[] mapped = new byte[IpLiteral.LENGTH];
    mapped[IpLiteral.IPV4_AT - 2] = mapped[IpLiteral.IPV4_AT - 1] = (byte) 0xff;
    System.arraycopy(bytes, 0, mapped, IpLiteral.IPV4_AT, bytes.length);
    return trusts(mapped);
  }

  /// Whether the peer of a Unix socket is believed.
  public boolean trustsUnix() {
    return trusts(InetAddress.ofLiteral("127.0.0.1")) || trusts(InetAddress.ofLiteral("::1"));
  }

  boolean trusts(byte[] address) {
    if (everybody) {
      return true;
    }
    for (Network network : networks) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
