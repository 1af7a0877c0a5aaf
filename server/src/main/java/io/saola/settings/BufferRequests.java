package io.saola.settings;

/// How much of a request's body is here when the app gets the request.
public enum BufferRequests {
  /// All of it for a WSGI app; of a longer one for ASGI the first 64 KiB.
  AUTO,
  /// All of it.
  ON,
  /// What has come with the head. For ASGI only.
  OFF
}
