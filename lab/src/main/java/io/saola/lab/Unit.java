package io.saola.lab;

import java.util.Locale;

/// What a workload counts.
enum Unit {
  REQUEST("req", "Request"),
  EVENT("event", "Event"),
  MESSAGE("message", "Message");

  private final String text;
  private final String key;

  Unit(String text, String key) {
    this.text = text;
    this.key = key;
  }

  /// One of them: `req`.
  String text() {
    return text;
  }

  /// `req/s`, `events/s`.
  String rateTitle() {
    return this == REQUEST ? "req/s" : text + "s/s";
  }

  /// `CPU us/req`.
  String cpuTitle() {
    return "CPU us/" + text;
  }

  /// `requests`, in JSON.
  String countKey() {
    return key.toLowerCase(Locale.ROOT) + "s";
  }

  /// `requestsPerSecond`, in JSON.
  String rateKey() {
    return countKey() + "PerSecond";
  }

  /// `cpuMicrosPerRequest`, in JSON.
  String cpuKey() {
    return "cpuMicrosPer" + key;
  }
}
