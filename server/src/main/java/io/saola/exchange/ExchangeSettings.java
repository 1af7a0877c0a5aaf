package io.saola.exchange;

import io.saola.link.Limits;
import io.saola.settings.BufferRequests;
import io.saola.settings.CompressSettings;
import java.nio.file.Path;
import java.util.List;

/// Limits of exchanges.
///
/// @param buffer how much of a body is here when the app gets its request
/// @param maxBody longest request body in bytes; 0 for any
/// @param maxSpool how many bytes of one response may wait for a slow reader
/// @param spoolLimit how many bytes all spool files may have together
/// @param grace how long others wait until the slowest readers go, when there is no room, in
///   nanoseconds
/// @param memoryBudget how many bytes of bodies may be held in memory
/// @param spool folder for bodies that are not held in memory
/// @param limits how long a request may run without sending anything
/// @param asgiConcurrency how many requests that have not begun to answer an ASGI worker may have
/// @param reforkAfter how many requests a worker has served that becomes the first mold after the
///   start, the second, and so on
/// @param lifetime when a worker has answered enough
/// @param queueLimit how many requests may wait for a worker
/// @param queueTimeout how long one may wait, in nanoseconds; 0 for ever
/// @param retry whether a request that a worker died of, or with, may be served again
/// @param compress which answers are compressed
public record ExchangeSettings(
    BufferRequests buffer,
    long maxBody,
    long maxSpool,
    long spoolLimit,
    long grace,
    long memoryBudget,
    Path spool,
    Limits limits,
    int asgiConcurrency,
    List<Integer> reforkAfter,
    Lifetime lifetime,
    int queueLimit,
    long queueTimeout,
    boolean retry,
    CompressSettings compress) {
  /// When a worker has answered enough.
  ///
  /// @param requests how many it may answer; 0 for any number
  /// @param jitter up to so many more
  /// @param afterException whether one that the app failed at is enough
  public record Lifetime(int requests, int jitter, boolean afterException) {}

  /// The same, but that all answers stay as they are.
  public ExchangeSettings uncompressed() {
    return new ExchangeSettings(
        buffer,
        maxBody,
        maxSpool,
        spoolLimit,
        grace,
        memoryBudget,
        spool,
        limits,
        asgiConcurrency,
        reforkAfter,
        lifetime,
        queueLimit,
        queueTimeout,
        retry,
        CompressSettings.off());
  }

  /// A request body up to this many bytes is held in memory and travels inside its frame.
  static final int BODY_IN_MEMORY = 64 * 1024;
}
