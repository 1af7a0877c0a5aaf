package io.saola.link;

/// How long the requests of a worker may take, in nanoseconds (PROTOCOL §14).
///
/// @param soft until the app is told that its time is up; 0 for never
/// @param grace from then on until nobody waits for it any more
/// @param blocked how long an event loop may not turn before that is said; 0 for any time
public record Limits(long soft, long grace, long blocked) {}
