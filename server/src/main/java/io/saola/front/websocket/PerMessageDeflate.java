package io.saola.front.websocket;

import io.saola.front.websocket.Extension.Parameter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What was agreed about the compression of messages (RFC 7692 §7.1).
///
/// Neither side keeps its window from one message to the next, whether the client offered that or
/// not: an idle connection then costs no memory on either side.
///
/// @param windowBits how far back the client can look, or 0 if it did not say
record PerMessageDeflate(int windowBits) {
  private static final String NAME = "permessage-deflate";
  private static final Set<String> CONTEXT =
      Set.of("server_no_context_takeover", "client_no_context_takeover");

  private static final int UNSAID = 0;
  private static final int BAD = -1;

  /// The answer to the first offer that can be accepted, or null if none can.
  static @Nullable PerMessageDeflate choose(List<Extension> offers) {
    for (Extension offer : offers) {
      int bits = offer.name().equals(NAME) ? bits(offer.parameters()) : BAD;
      if (bits != BAD) {
        return new PerMessageDeflate(bits);
      }
    }
    return null;
  }

  /// The window that the offer asks the server for, or [#BAD] if the offer has to be declined.
  private static int bits(List<Parameter> parameters) {
    int bits = UNSAID;
    Set<String> seen = new HashSet<>();
    for (Parameter parameter : parameters) {
      String name = parameter.name();
      String value = parameter.value();
      boolean valid =
          switch (name) {
            case "server_max_window_bits" -> value != null && isWindow(value);
            // A hint about what the client could do, which is not needed.
            case "client_max_window_bits" -> value == null || isWindow(value);
            default -> CONTEXT.contains(name) && value == null;
          };
      if (!valid || !seen.add(name)) {
        return BAD;
      }
      if (name.equals("server_max_window_bits") && value != null) {
        bits = Integer.parseInt(value);
      }
    }
    return bits;
  }

  /// 8 to 15, without a leading zero.
  private static boolean isWindow(String text) {
    return text.matches("[89]|1[0-5]");
  }

  /// How far back what is sent may refer.
  int window() {
    return windowBits == UNSAID ? Compression.FULL_WINDOW : windowBits;
  }

  /// The value of the Sec-WebSocket-Extensions field that says so.
  String text() {
    String text = NAME + "; server_no_context_takeover; client_no_context_takeover";
    return windowBits == UNSAID ? text : text + "; server_max_window_bits=" + windowBits;
  }
}
