package io.saola.settings;

/// How much the error log tells: this level and what is more severe.
public enum LogLevel {
  DEBUG,
  INFO,
  WARNING,
  ERROR
}
