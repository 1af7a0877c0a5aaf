package io.saola.lab;

import java.util.Locale;

/// What HTML asks of text, and how figures read in it.
final class Html {
  /// Between thousands, as SI has it.
  private static final String THIN_SPACE = "\u2009";

  private static final String NOTHING = "–";

  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /// JSON that cannot end the script element which holds it.
  static String script(String json) {
    return json.replace("<", "\\u003c");
  }

  /// With three significant digits below a thousand, and whole above: more is noise.
  static String figure(double value) {
    if (!Double.isFinite(value)) {
      return NOTHING;
    }
    double size = Math.abs(value);
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value).replace(",", THIN_SPACE);
    }
    String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  static String ratio(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f ×", value) : NOTHING;
  }

  static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * Math.clamp(part, 0, 1));
  }
}
