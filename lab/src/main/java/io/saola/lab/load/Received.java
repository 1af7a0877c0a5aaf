package io.saola.lab.load;

/// What all clients together got in a stretch of time.
///
/// @param p50 how late half of it was at most, in microseconds
public record Received(
    long count, double perSecond, double p50, double p99, double p999, double most) {}
