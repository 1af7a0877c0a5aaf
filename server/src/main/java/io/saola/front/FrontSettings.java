package io.saola.front;

import io.saola.settings.AnswerSettings;

/// What every connection of the front is held to.
///
/// @param maxLine longest request line in bytes
/// @param maxFields most header fields
/// @param maxFieldBytes bytes of all header fields together
/// @param headTimeout how long a request head may take to arrive, in nanoseconds
/// @param keepAlive how long a connection may be idle, in nanoseconds; 0 closes after each response
/// @param rates how slow clients may be
/// @param connections how many there may be at once, and from one address
/// @param probePrefix where `live` and `ready` are answered, such as `/-/`; empty for nowhere
/// @param answers what the server adds to answers
public record FrontSettings(
    int maxLine,
    int maxFields,
    int maxFieldBytes,
    long headTimeout,
    long keepAlive,
    Rates rates,
    Most connections,
    String probePrefix,
    AnswerSettings answers) {
  /// The same for those whom the server itself connects.
  public FrontSettings withoutLimitOfConnections() {
    return new FrontSettings(
        maxLine,
        maxFields,
        maxFieldBytes,
        headTimeout,
        keepAlive,
        rates,
        new Most(0, 0),
        probePrefix,
        answers);
  }

  /// How many connections there may be at once; 0 for any number.
  ///
  /// @param perAddress from one IPv4 address or IPv6 network of 64 bits
  public record Most(int total, int perAddress) {}
}
