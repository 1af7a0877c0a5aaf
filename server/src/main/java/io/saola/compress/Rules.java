package io.saola.compress;

import io.saola.model.ResponseHead;
import io.saola.settings.MediaRange;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Which answers may be compressed; whether their clients take it is another question.
///
/// @param minSize the least length of a body that is known
record Rules(int minSize, List<MediaRange> types) {
  /// What says something about exactly these bytes, or that they have been chosen already.
  private static final Set<String> FIXED =
      Set.of(
          "content-encoding",
          "content-range",
          "content-md5",
          "content-digest",
          "repr-digest",
          "digest");

  /// @param length of the body, or -1 if nobody knows
  boolean allow(ResponseHead head, long length) {
    int status = head.status();
    if ((length >= 0 && length < minSize) || status == 206 || head.forbidsBody()) {
      return false;
    }
    boolean fits = false;
    for (int i = 0; i < head.fieldCount(); i++) {
      if (head.isNamed(i, "content-type")) {
        fits = isIncluded(head.value(i));
      } else if (head.isNamed(i, "cache-control") && forbidsChange(head.value(i))) {
        return false;
      }
    }
    return fits && FIXED.stream().noneMatch(name -> head.indexOf(name) >= 0);
  }

  private boolean isIncluded(String contentType) {
    int semicolon = contentType.indexOf(';');
    String type =
        (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
            .strip()
            .toLowerCase(Locale.ROOT);
    for (MediaRange range : types) {
      if (range.includes(type)) {
        return true;
      }
    }
    return false;
  }

  /// RFC 9111 §5.2.2.6.
  private static boolean forbidsChange(String cacheControl) {
    for (String directive : cacheControl.split(",", -1)) {
      if (directive.strip().equalsIgnoreCase("no-transform")) {
        return true;
      }
    }
    return false;
  }
}
