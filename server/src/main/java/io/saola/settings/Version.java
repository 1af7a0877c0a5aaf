package io.saola.settings;

/// Which Saola this is.
public final class Version {
  /// The same as in `pom.xml`; a test compares them.
  public static final String TEXT = "0.1.0-SNAPSHOT";

  private Version() {}
}
