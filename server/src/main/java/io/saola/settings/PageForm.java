package io.saola.settings;

import org.jspecify.annotations.Nullable;

/// What an error page may be written in. Those before are preferred to those behind.
public enum PageForm {
  HTML("html"),
  JSON("json"),
  TEXT("txt");

  private final String ending;

  PageForm(String ending) {
    this.ending = ending;
  }

  /// How the names of such files usually end.
  String ending() {
    return ending;
  }

  /// The form that the end of a file's name tells, or null.
  static @Nullable PageForm of(String ending) {
    return switch (ending) {
      case "html", "htm" -> HTML;
      case "json" -> JSON;
      case "txt" -> TEXT;
      default -> null;
    };
  }
}
