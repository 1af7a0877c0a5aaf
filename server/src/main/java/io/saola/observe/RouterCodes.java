package io.saola.observe;

import io.saola.model.Rejection;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What Heroku's router says instead of `at=info`: `error code=H12 desc="Request timeout"`.
///
/// Its own code and words where it has some for the case, so that whoever counts them goes on
/// counting; else our code, and what the client was told.
final class RouterCodes {
  private static final byte[] INTERRUPTED =
      Ascii.bytes("error code=H27 desc=\"Client Request Interrupted\"");
  private static final Map<Rejection, byte[]> CODES = codes();

  private RouterCodes() {}

  /// @param rejection null if the client has not got the whole answer
  static byte[] of(@Nullable Rejection rejection) {
    return rejection == null ? INTERRUPTED : CODES.getOrDefault(rejection, INTERRUPTED);
  }

  private static Map<Rejection, byte[]> codes() {
    Map<Rejection, byte[]> codes = new EnumMap<>(Rejection.class);
    for (Rejection rejection : Rejection.values()) {
      String text =
          switch (rejection) {
            case QUEUE_FULL, QUEUE_TIMEOUT -> "H11 desc=\"Backlog too deep\"";
            case TIMEOUT -> "H12 desc=\"Request timeout\"";
            case WORKER_LOST -> "H13 desc=\"Connection closed without response\"";
            case APP_RESPONSE -> "H17 desc=\"Poorly formatted HTTP response\"";
            case BODY_TIMEOUT, BODY_RATE -> "H28 desc=\"Client Connection Idle\"";
            default -> rejection.code() + " desc=\"" + rejection.text() + "\"";
          };
      codes.put(rejection, Ascii.bytes("error code=" + text));
    }
    return codes;
  }
}
