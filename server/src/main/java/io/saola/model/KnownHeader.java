package io.saola.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The request header fields whose names the server knows.
///
/// A fixed table, because only names in it may be interned in a worker: from CPython 3.12 on
/// interned strings are immortal, and made-up names would grow a worker for ever. It is also how
/// the server finds the fields that it reads itself without comparing texts.
public enum KnownHeader {
  ACCEPT("Accept"),
  ACCEPT_CHARSET("Accept-Charset"),
  ACCEPT_ENCODING("Accept-Encoding"),
  ACCEPT_LANGUAGE("Accept-Language"),
  ACCESS_CONTROL_REQUEST_HEADERS("Access-Control-Request-Headers"),
  ACCESS_CONTROL_REQUEST_METHOD("Access-Control-Request-Method"),
  AUTHORIZATION("Authorization"),
  BAGGAGE("Baggage"),
  CACHE_CONTROL("Cache-Control"),
  CF_CONNECTING_IP("CF-Connecting-IP"),
  CF_IPCOUNTRY("CF-IPCountry"),
  CF_RAY("CF-Ray"),
  CONNECTION("Connection"),
  CONTENT_DISPOSITION("Content-Disposition"),
  CONTENT_ENCODING("Content-Encoding"),
  CONTENT_LANGUAGE("Content-Language"),
  CONTENT_LENGTH("Content-Length"),
  CONTENT_TYPE("Content-Type"),
  COOKIE("Cookie"),
  DATE("Date"),
  DNT("DNT"),
  EXPECT("Expect"),
  FORWARDED("Forwarded"),
  FROM("From"),
  HOST("Host"),
  HX_CURRENT_URL("HX-Current-URL"),
  HX_REQUEST("HX-Request"),
  HX_TARGET("HX-Target"),
  HX_TRIGGER("HX-Trigger"),
  IDEMPOTENCY_KEY("Idempotency-Key"),
  IF_MATCH("If-Match"),
  IF_MODIFIED_SINCE("If-Modified-Since"),
  IF_NONE_MATCH("If-None-Match"),
  IF_RANGE("If-Range"),
  IF_UNMODIFIED_SINCE("If-Unmodified-Since"),
  KEEP_ALIVE("Keep-Alive"),
  ORIGIN("Origin"),
  PRAGMA("Pragma"),
  PRIORITY("Priority"),
  PROXY_AUTHORIZATION("Proxy-Authorization"),
  PROXY_CONNECTION("Proxy-Connection"),
  RANGE("Range"),
  REFERER("Referer"),
  SEC_CH_UA("Sec-CH-UA"),
  SEC_CH_UA_MOBILE("Sec-CH-UA-Mobile"),
  SEC_CH_UA_PLATFORM("Sec-CH-UA-Platform"),
  SEC_FETCH_DEST("Sec-Fetch-Dest"),
  SEC_FETCH_MODE("Sec-Fetch-Mode"),
  SEC_FETCH_SITE("Sec-Fetch-Site"),
  SEC_FETCH_USER("Sec-Fetch-User"),
  SEC_GPC("Sec-GPC"),
  SEC_WEBSOCKET_EXTENSIONS("Sec-WebSocket-Extensions"),
  SEC_WEBSOCKET_KEY("Sec-WebSocket-Key"),
  SEC_WEBSOCKET_PROTOCOL("Sec-WebSocket-Protocol"),
  SEC_WEBSOCKET_VERSION("Sec-WebSocket-Version"),
  TE("TE"),
  TRACEPARENT("Traceparent"),
  TRACESTATE("Tracestate"),
  TRAILER("Trailer"),
  TRANSFER_ENCODING("Transfer-Encoding"),
  UPGRADE("Upgrade"),
  UPGRADE_INSECURE_REQUESTS("Upgrade-Insecure-Requests"),
  USER_AGENT("User-Agent"),
  VIA("Via"),
  X_AMZN_TRACE_ID("X-Amzn-Trace-Id"),
  X_API_KEY("X-Api-Key"),
  X_CSRFTOKEN("X-CSRFToken"),
  X_CSRF_TOKEN("X-CSRF-Token"),
  X_FORWARDED_FOR("X-Forwarded-For"),
  X_FORWARDED_HOST("X-Forwarded-Host"),
  X_FORWARDED_PORT("X-Forwarded-Port"),
  X_FORWARDED_PROTO("X-Forwarded-Proto"),
  X_HTTP_METHOD_OVERRIDE("X-HTTP-Method-Override"),
  X_REAL_IP("X-Real-IP"),
  X_REQUEST_ID("X-Request-ID"),
  X_REQUESTED_WITH("X-Requested-With");

  private static final int SLOTS = 512;
  private static final @Nullable KnownHeader[] TABLE = table();

  private final String text;
  private final String lower;

  KnownHeader(String text) {
    this.text = text;
    this.lower = text.toLowerCase(Locale.ROOT);
  }

  /// The name as it is usually written.
  public String text() {
    return text;
  }

  /// The header with this name in any case, or null: a name that the server does not know.
  public static @Nullable KnownHeader of(byte[] bytes, int start, int end) {
    int length = end - start;
    if (length == 0) {
      return null;
    }
    int at = slot(bytes[start], bytes[start + length / 2], bytes[end - 1], length);
    for (KnownHeader header = TABLE[at]; header != null; header = TABLE[at]) {
      if (header.isNamed(bytes, start, length)) {
        return header;
      }
      at = (at + 1) & (SLOTS - 1);
    }
    return null;
  }

  private boolean isNamed(byte[] bytes, int start, int length) {
    if (length != lower.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      byte b = bytes[start + i];
      char c = lower.charAt(i);
      if (b != c && (b < 'A' || b > 'Z' || b + 32 != c)) {
        return false;
      }
    }
    return true;
  }

  private static int slot(int first, int middle, int last, int length) {
    // Bit 5 is the only one in which the two cases of an ASCII letter differ.
    int hash = (first | 32) * 31 + (middle | 32) * 97 + (last | 32) * 389 + length * 1021;
    return (hash ^ (hash >>> 9)) & (SLOTS - 1);
  }

  private static @Nullable KnownHeader[] table() {
    @Nullable KnownHeader[] table = new @Nullable KnownHeader[SLOTS];
    for (KnownHeader header : values()) {
      String name = header.lower;
      int size = name.length();
      int at = slot(name.charAt(0), name.charAt(size / 2), name.charAt(size - 1), size);
      while (table[at] != null) {
        at = (at + 1) & (SLOTS - 1);
      }
      table[at] = header;
    }
    return table;
  }
}
