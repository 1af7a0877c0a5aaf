package io.saola.front;

/// What every connection of the front is held to.
///
/// @param maxLine longest request line in bytes
/// @param maxFields most header fields
/// @param maxFieldBytes bytes of all header fields together
/// @param headTimeout how long a request head may take to arrive, in nanoseconds
/// @param bodyTimeout how long a body may pause, in nanoseconds
/// @param keepAlive how long a connection may be idle, in nanoseconds; 0 closes after each response
/// @param sendTimeout how long a client may take nothing of its response, in nanoseconds
/// @param probePrefix where `live` and `ready` are answered, such as `/-/`; empty for nowhere
public record FrontSettings(
    int maxLine,
    int maxFields,
    int maxFieldBytes,
    long headTimeout,
    long bodyTimeout,
    long keepAlive,
    long sendTimeout,
    String probePrefix) {}
