package io.saola.settings;

import java.util.List;

/// The proxies whose forwarded headers are believed.
///
/// @param text as the operator wrote them, separated by commas
public record TrustedPeers(String text, List<IpRange> ranges) {
  public TrustedPeers {
    ranges = List.copyOf(ranges);
  }

  /// Whether this peer is one of them; an IPv6-mapped IPv4 address counts as what it maps.
  ///
  /// @param address 4 or 16 bytes
  public boolean includes(byte[] address) {
    byte[] plain = unmapped(address);
    for (IpRange range : ranges) {
      if (range.includes(plain)) {
        return true;
      }
    }
    return false;
  }

  /// The same for an address as it stands in a header; what is no address literal is not trusted.
  public boolean includes(String address) {
    byte[] bytes = IpRange.literal(address);
    return bytes != null && includes(bytes);
  }

  private static byte[] unmapped(byte[] address) {
    if (address.length != 16 || address[10] != -1 || address[11] != -1) {
      return address;
    }
    for (int i = 0; i < 10; i++) {
      if (address[i] != 0) {
        return address;
      }
    }
    return new byte[] {address[12], address[13], address[14], address[15]};
  }
}
