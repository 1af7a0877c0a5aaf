package io.saola.settings;

import java.net.Inet4Address;
import java.net.Inet6Address;
import org.jspecify.annotations.Nullable;

/// A block of addresses: those whose first `bits` are these.
///
/// @param width of an address in bits: 32 or 128, or 0 for everybody
/// @param high the upper half of an IPv6 address
/// @param low the lower half, or an IPv4 address
/// @param bits counted from the upper end
public record IpRange(int width, long high, long low, int bits) {
  private static final IpRange EVERYBODY = new IpRange(0, 0, 0, 0);

  /// How a block is written: `10.0.0.0/8`, `::1`, or `*` for everybody, as in Gunicorn.
  record Notation() implements Form<IpRange> {
    @Override
    public IpRange read(String text) throws BadValue {
      if (text.equals("*")) {
        return EVERYBODY;
      }
      int slash = text.indexOf('/');
      byte[] address = literal(slash < 0 ? text : text.substring(0, slash));
      if (address != null) {
        int width = address.length * 8;
        int bits = slash < 0 ? width : bits(text.substring(slash + 1));
        if (bits >= 0 && bits <= width) {
          IpRange range = new IpRange(width, high(address), low(address), bits);
          if (range.endsAfterItsBits()) {
            return range;
          }
          // 10.0.0.7/8 may mean a host or a network: what it means is not for us to guess.
          throw BadValue.because(
              "has " + Quoted.of(text) + ", whose address goes on behind its " + bits + " bits");
        }
      }
      throw BadValue.expected("an address such as 10.0.0.7 or 10.0.0.0/8, or *", text);
    }

    private static int bits(String text) {
      return text.length() <= 3 && Digits.areWhole(text, text.length())
          ? Integer.parseInt(text)
          : -1;
    }
  }

  /// Whether an address of 4 or 16 bytes is in this block.
  boolean includes(byte[] address) {
    if (width != address.length * 8) {
      return width == 0;
    }
    if (width == 32) {
      return same(low(address) << 32, low << 32, bits);
    }
    return same(high(address), high, bits) && same(low(address), low, bits - 64);
  }

  private boolean endsAfterItsBits() {
    if (width == 32) {
      return bits == 32 || low << (32 + bits) == 0;
    }
    long highRest = bits >= 64 ? 0 : high << bits;
    long lowRest = bits >= 128 ? 0 : bits <= 64 ? low : low << (bits - 64);
    return highRest == 0 && lowRest == 0;
  }

  private static boolean same(long a, long b, int bits) {
    return bits <= 0 || (bits >= 64 ? a == b : (a ^ b) >>> (64 - bits) == 0);
  }

  private static long high(byte[] address) {
    return address.length == 16 ? number(address, 0, 8) : 0;
  }

  private static long low(byte[] address) {
    return address.length == 16 ? number(address, 8, 16) : number(address, 0, 4);
  }

  private static long number(byte[] bytes, int start, int end) {
    long number = 0;
    for (int i = start; i < end; i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }

  /// The bytes of an address literal; null for anything else. Never asks the name service.
  static byte @Nullable [] literal(String text) {
    try {
      // Dotted quads only: the JDK also takes 127.1 and 2130706433.
      if (text.indexOf(':') >= 0) {
        // Not by InetAddress, which tries IPv4 first and words in vain what is wrong with that.
        return text.indexOf('%') < 0 ? Inet6Address.ofLiteral(text).getAddress() : null;
      }
      return isDottedQuad(text) ? Inet4Address.ofLiteral(text).getAddress() : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static boolean isDottedQuad(String text) {
    int parts = 0;
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == '.') {
        String part = text.substring(start, i);
        boolean octal = part.length() > 1 && part.startsWith("0");
        if (part.length() > 3 || octal || !Digits.areWhole(part, part.length())) {
          return false;
        }
        parts++;
        start = i + 1;
      }
    }
    return parts == 4;
  }
}
