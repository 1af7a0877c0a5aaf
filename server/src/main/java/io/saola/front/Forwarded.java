package io.saola.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who is really asking, when proxies stand between: what `X-Forwarded-*` says, if it is believed.
///
/// From a peer that is not trusted, every field in which it could claim to be somebody else is
/// taken out of the head, so that an app that reads them itself cannot be fooled either. From a
/// trusted one they count, and the app sees them as well.
public final class Forwarded {
  /// `X-Forwarded-For`, `-Proto` and `-Host`, and those that say the same in other words.
  private static final Set<KnownHeader> CLAIMS =
      EnumSet.of(
          KnownHeader.FORWARDED,
          KnownHeader.X_FORWARDED_FOR,
          KnownHeader.X_FORWARDED_HOST,
          KnownHeader.X_FORWARDED_PORT,
          KnownHeader.X_FORWARDED_PROTO,
          KnownHeader.X_REAL_IP);

  private static final Pattern WITH_PORT =
      Pattern.compile("(?<v4>[0-9.]+):[0-9]{1,5}|\\[(?<v6>[0-9A-Fa-f:.]+)](:[0-9]{1,5})?");

  private final Predicate<byte[]> trusted;

  /// @param trusted whether an address, of 4 or 16 bytes, is a proxy's that is believed
  public Forwarded(Predicate<byte[]> trusted) {
    this.trusted = trusted;
  }

  /// The caller as the app shall see it: `peer` itself, unless a trusted one says otherwise.
  ///
  /// @param trusted whether the connection's peer is one of the trusted proxies; asked once per
  ///   connection, not once per request
  public Caller caller(RequestHead head, Caller peer, boolean trusted) {
    if (!trusted) {
      head.removeFields(CLAIMS);
      return peer;
    }
    boolean claims = false;
    for (int i = 0; i < head.fieldCount(); i++) {
      KnownHeader known = head.known(i);
      claims |= known != null && CLAIMS.contains(known);
    }
    return claims ? believed(head, peer) : peer;
  }

  private Caller believed(RequestHead head, Caller peer) {
    String address = client(head, peer.address());
    String scheme = scheme(head, peer.scheme());
    String host = host(head);
    boolean samePeer = address.equals(peer.address());
    if (samePeer && scheme.equals(peer.scheme()) && host == null) {
      return peer;
    }
    int port = samePeer ? peer.port() : 0;
    return new Caller(address, port, scheme, host, peer.serverName(), peer.serverPort());
  }

  /// The client's address; the peer's own if nothing better is known.
  ///
  /// Each proxy appends the address that it was asked from, so only what trusted ones have added
  /// can be believed: from the right up to the first address that is not trusted. If all are, the
  /// leftmost is the client. What is not an address ends the walk.
  private String client(RequestHead head, String peer) {
    String client = peer;
    for (int i = head.fieldCount() - 1; i >= 0; i--) {
      if (head.known(i) != KnownHeader.X_FORWARDED_FOR) {
        continue;
      }
      String[] entries = head.text(head.valueStart(i), head.valueEnd(i)).split(",", -1);
      for (int n = entries.length - 1; n >= 0; n--) {
        String entry = entries[n].strip();
        if (entry.isEmpty()) {
          continue; // RFC 9110 §5.6.1.2: an empty element of a list is none.
        }
        String address = address(entry);
        byte[] text = address.getBytes(ISO_8859_1);
        byte[] bytes = new byte[IpLiteral.LENGTH];
        if (!IpLiteral.parse(text, 0, text.length, bytes)) {
          return client;
        }
        client = address;
        if (!trusted.test(bytes)) {
          return client;
        }
      }
    }
    return client;
  }

  /// `1.2.3.4:5`, `[::1]` and `[::1]:5` without port and brackets; anything else as it is.
  private static String address(String entry) {
    Matcher written = WITH_PORT.matcher(entry);
    if (!written.matches()) {
      return entry;
    }
    String bracketed = written.group("v6");
    return bracketed != null ? bracketed : written.group("v4");
  }

  private static String scheme(RequestHead head, String peer) {
    String value = last(head, KnownHeader.X_FORWARDED_PROTO).toLowerCase(Locale.ROOT);
    return value.equals("http") || value.equals("https") ? value : peer;
  }

  private static @Nullable String host(RequestHead head) {
    String value = last(head, KnownHeader.X_FORWARDED_HOST);
    byte[] text = value.getBytes(ISO_8859_1);
    return Authority.isValid(text, 0, text.length) ? value : null;
  }

  /// The last of the values that proxies have listed, or nothing: what the nearest one has said,
  /// and the only one that a trusted peer is known to have written.
  private static String last(RequestHead head, KnownHeader header) {
    for (int i = head.fieldCount() - 1; i >= 0; i--) {
      if (head.known(i) == header) {
        String value = head.text(head.valueStart(i), head.valueEnd(i));
        return value.substring(value.lastIndexOf(',') + 1).strip();
      }
    }
    return "";
  }
}
