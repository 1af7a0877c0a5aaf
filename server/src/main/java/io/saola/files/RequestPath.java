package io.saola.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.saola.model.RequestHead;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// From the path of a URL to a path below a folder, and never above it.
final class RequestPath {
  private static final String WELL_KNOWN = ".well-known";

  private RequestPath() {}

  /// Whether a request's path begins so. Not decoded: what hides a prefix in percent signs is for
  /// the app.
  static boolean startsWith(RequestHead request, byte[] prefix) {
    int start = request.pathStart();
    if (request.pathEnd() - start < prefix.length) {
      return false;
    }
    byte[] bytes = request.bytes();
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[start + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /// The path below a folder that a percent-encoded one means; null if it can be that of no file.
  ///
  /// Nothing is put right: a path with `..`, `.` or an empty segment names no file here, and
  /// neither does one with a segment that begins with a dot (RFC 8615's apart).
  static @Nullable Path read(String encoded) {
    String decoded = decode(encoded);
    if (decoded == null || decoded.isEmpty() || decoded.indexOf('\0') >= 0) {
      return null;
    }
    for (String segment : decoded.split("/", -1)) {
      if (segment.isEmpty() || isHidden(segment)) {
        return null;
      }
    }
    try {
      return Path.of(decoded);
    } catch (InvalidPathException e) {
      return null; // characters that this system's file names cannot have
    }
  }

  /// Whether a name says that its file is not for everybody.
  static boolean isHidden(String segment) {
    return segment.startsWith(".") && !segment.equals(WELL_KNOWN);
  }

  /// Null if it is not UTF-8, if a percent sign is not one of two hexadecimal digits, or if a slash
  /// is hidden in one: no name has a slash in it.
  static @Nullable String decode(String encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        int high = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 1), 16) : -1;
        int low = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 2), 16) : -1;
        int value = high << 4 | low;
        if (high < 0 || low < 0 || value == '/') {
          return null;
        }
        bytes.write(value);
        i += 2;
      } else {
        bytes.write(c);
      }
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
