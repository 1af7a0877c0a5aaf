package io.saola.settings;

/// How an app is called.
public enum Interface {
  /// The workers find out.
  AUTO,
  /// PEP 3333.
  WSGI,
  /// The ASGI specification 3.0, or 2.0.
  ASGI;

  /// As it is written in settings and in the Welcome frame.
  public String text() {
    return OneOf.text(this);
  }
}
