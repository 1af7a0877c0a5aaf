package io.saola.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a Range field asks for (RFC 9110 §14.1.2, §14.2).
final class ByteRanges {
  /// More than this many parts are an attack, or not worth their heads (RFC 9110 §17.15): the whole
  /// file is sent, as the RFC allows.
  private static final int MOST = 16;

  private static final String UNIT = "bytes=";

  /// A part of a file, not empty.
  ///
  /// @param last the position of its last byte
  record Part(long first, long last) {
    long length() {
      return last - first + 1;
    }
  }

  private ByteRanges() {}

  /// The parts that are asked for and there are, in the order in which they are asked for.
  ///
  /// @return empty if there is none of them, so that the answer is 416; null if the field does not
  ///   count, so that it is the whole file
  static @Nullable List<Part> read(String field, long size) {
    if (!field.toLowerCase(Locale.ROOT).startsWith(UNIT)) {
      return null;
    }
    List<Part> parts = new ArrayList<>();
    int asked = 0;
    long total = 0;
    for (String element : field.substring(UNIT.length()).split(",", -1)) {
      String spec = element.strip();
      if (spec.isEmpty()) {
        continue; // RFC 9110 §5.6.1.2: a recipient must ignore a reasonable number of them
      }
      asked++;
      long[] bounds = bounds(spec, size);
      if (bounds == null || asked > MOST) {
        return null;
      }
      if (bounds[0] <= bounds[1]) {
        Part part = new Part(bounds[0], bounds[1]);
        parts.add(part);
        total += part.length();
      }
    }
    // Parts that overlap are together more than the whole.
    return asked == 0 || (parts.size() > 1 && total > size) ? null : parts;
  }

  /// First and last position within the file, the first behind the last if there is no such part;
  /// null if the text is none.
  private static long @Nullable [] bounds(String spec, long size) {
    int dash = spec.indexOf('-');
    String first = dash < 0 ? spec : spec.substring(0, dash);
    String last = dash < 0 ? "" : spec.substring(dash + 1);
    if (dash < 0 || !areDigits(first) || !areDigits(last) || (first + last).isEmpty()) {
      return null;
    }
    if (first.isEmpty()) {
      return new long[] {Math.max(0, size - number(last)), number(last) == 0 ? -1 : size - 1};
    }
    long from = number(first);
    long to = last.isEmpty() ? Long.MAX_VALUE : number(last);
    if (to < from) {
      return null;
    }
    return new long[] {from, Math.min(to, size - 1)};
  }

  private static boolean areDigits(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /// No file has more bytes than fit into 18 digits.
  private static long number(String digits) {
    String bare = digits.replaceFirst("^0+(?=.)", "");
    return bare.length() > 18 ? Long.MAX_VALUE - 1 : Long.parseLong(bare);
  }
}
