package io.saola.exchange;

/// How hard the workers were pressed for a while.
///
/// @param longestWait of a request for a worker, in nanoseconds, those included that still wait
/// @param busiest the most requests that were with workers at once, of some samples
/// @param workers how many took requests at the end
public record Pressure(long longestWait, int busiest, int workers) {}
