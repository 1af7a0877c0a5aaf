package io.saola.files;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// A request's fields as one reads lists: several of one name are one (RFC 9110 §5.3).
final class Fields {
  private Fields() {}

  /// The values of all fields of this name, with commas between them, or null.
  static @Nullable String all(RequestHead request, KnownHeader header) {
    String all = null;
    for (int i = 0; i < request.fieldCount(); i++) {
      if (request.known(i) == header) {
        String value = request.text(request.valueStart(i), request.valueEnd(i));
        all = all == null ? value : all + ", " + value;
      }
    }
    return all;
  }
}
