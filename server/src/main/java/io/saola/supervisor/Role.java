package io.saola.supervisor;

import java.util.Locale;

/// What a process below the keeper is there for.
public enum Role {
  MOLD,
  WORKER,
  /// A subprocess that an application left behind: reaped by the keeper, otherwise nobody's.
  OTHER;

  /// The word on the keeper's lines.
  static Role parse(String word) {
    return switch (word) {
      case "mold" -> MOLD;
      case "worker" -> WORKER;
      case "other" -> OTHER;
      default -> throw new IllegalArgumentException("no role " + word);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
