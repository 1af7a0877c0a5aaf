package io.saola.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.saola.wire.WireException;
import org.jspecify.annotations.Nullable;

/// Where a Django app says that its static files are (PROTOCOL §16).
///
/// @param url STATIC_URL; empty if it is not set
/// @param root STATIC_ROOT, absolute; empty if it is not set
public record StaticFiles(String url, String root) {
  /// Null if the app is none of Django's.
  static @Nullable StaticFiles read(ByteBuf payload) {
    if (!payload.isReadable()) {
      return null;
    }
    String text = payload.toString(UTF_8);
    int end = text.indexOf('\0');
    if (end < 0) {
      throw new WireException("static files without a folder");
    }
    return new StaticFiles(text.substring(0, end), text.substring(end + 1));
  }
}
