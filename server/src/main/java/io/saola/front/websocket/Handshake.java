package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A client's request for a WebSocket, and what it is answered (RFC 6455 §4.2). Does no I/O.
///
/// Keeps nothing of the head that it is read from.
public final class Handshake {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_LENGTH = 24;
  private static final int KEY_BYTES = 16;

  private final @Nullable Rejection rejection;
  private final String accept;
  private final List<String> subprotocols;
  private final @Nullable PerMessageDeflate compression;

  private Handshake(
      @Nullable Rejection rejection,
      String accept,
      List<String> subprotocols,
      @Nullable PerMessageDeflate compression) {
    this.rejection = rejection;
    this.accept = accept;
    this.subprotocols = subprotocols;
    this.compression = compression;
  }

  /// Whether the request asks for a WebSocket. One that does not quite is an ordinary request: a
  /// server may always go on without an upgrade (RFC 9110 §7.8).
  public static boolean isAsked(RequestHead head) {
    return head.method() == Method.GET
        && head.indexOf(KnownHeader.UPGRADE) >= 0
        && head.minorVersion() == 1
        && !head.hasBody()
        && Tokens.contains(head, KnownHeader.UPGRADE, "websocket")
        && Tokens.contains(head, KnownHeader.CONNECTION, "upgrade");
  }

  /// Reads a request that asks for a WebSocket.
  ///
  /// @param caller whose host replaces the Host field if a trusted proxy has set it
  public static Handshake read(RequestHead head, Caller caller, WebSocketSettings settings) {
    List<String> versions = Tokens.values(head, KnownHeader.SEC_WEBSOCKET_VERSION);
    if (!versions.equals(List.of("13"))) {
      return refused(Rejection.WEBSOCKET_VERSION);
    }
    List<String> keys = Tokens.values(head, KnownHeader.SEC_WEBSOCKET_KEY);
    if (keys.size() != 1 || !isKey(keys.getFirst())) {
      return refused(Rejection.WEBSOCKET_KEY);
    }
    if (!isAllowed(head, caller, settings)) {
      return refused(Rejection.WEBSOCKET_ORIGIN);
    }
    // The same twice would be the same choice.
    Set<String> subprotocols =
        new LinkedHashSet<>(Tokens.elements(head, KnownHeader.SEC_WEBSOCKET_PROTOCOL));
    if (!subprotocols.stream().allMatch(Tokens::isToken)) {
      return refused(Rejection.WEBSOCKET_PROTOCOL);
    }
    List<Extension> offers =
        Extension.parse(
            String.join(",", Tokens.values(head, KnownHeader.SEC_WEBSOCKET_EXTENSIONS)));
    if (offers == null) {
      return refused(Rejection.WEBSOCKET_EXTENSIONS);
    }
    return new Handshake(
        null,
        accept(keys.getFirst()),
        List.copyOf(subprotocols),
        settings.compression() ? PerMessageDeflate.choose(offers) : null);
  }

  private static Handshake refused(Rejection why) {
    return new Handshake(why, "", List.of(), null);
  }

  /// 16 bytes in base64 (RFC 6455 §4.1).
  private static boolean isKey(String key) {
    try {
      return key.length() == KEY_LENGTH && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// What has no origin is no page in a browser (RFC 6455 §4.1), and could send any: the check is
  /// there for people who visit somebody else's page.
  private static boolean isAllowed(RequestHead head, Caller caller, WebSocketSettings settings) {
    List<String> origins = Tokens.values(head, KnownHeader.ORIGIN);
    if (origins.isEmpty()) {
      return true;
    }
    String named = caller.host();
    String host = named == null ? head.text(head.hostStart(), head.hostEnd()) : named;
    return origins.size() == 1
        ? settings.origins().allows(origins.getFirst(), host)
        : settings.origins().rules().isEmpty();
  }

  private static String accept(String key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  /// What is wrong with the request, or null.
  public @Nullable Rejection rejection() {
    return rejection;
  }

  /// The value of the Sec-WebSocket-Accept field.
  public String accept() {
    return accept;
  }

  /// What the client offers, in its order; the app may choose one of them and nothing else.
  public List<String> subprotocols() {
    return subprotocols;
  }

  /// The value of the Sec-WebSocket-Extensions field, or null if there is to be none.
  public @Nullable String extensions() {
    return compression == null ? null : compression.text();
  }

  @Nullable PerMessageDeflate compression() {
    return compression;
  }
}
