package io.saola.settings;

/// Who imports the app, named after what it costs.
public enum Load {
  /// Each worker, at its first request.
  LAZY,
  /// Each worker, before it is ready.
  PREFORK,
  /// The mold, which then forks workers that share its memory.
  PREWARM;

  /// As it is written in settings and in the Welcome frame.
  public String text() {
    return OneOf.text(this);
  }
}
