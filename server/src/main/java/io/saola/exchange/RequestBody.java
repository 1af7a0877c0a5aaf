package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.saola.link.WorkerLink;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A request's body, between its client and its worker.
abstract sealed class RequestBody permits BufferedBody, StoredBody, StreamedBody, UnwantedBody {
  /// Bytes that have come so far.
  abstract long length();

  /// Takes a piece over; the buffer stays the caller's.
  abstract void add(ByteBuf piece) throws IOException;

  /// All of it is here.
  abstract void complete() throws IOException;

  /// What travels inside the Request frame.
  abstract @Nullable ByteBuf memory();

  /// The file that is sent by its name.
  @Nullable Path path() {
    return null;
  }

  /// Frees the memory and removes the file; harmless when called again.
  abstract void discard();

  /// Whether all of it will be here when a worker gets the request.
  boolean isComplete() {
    return true;
  }

  /// Whether as much is held as may be held.
  boolean isFull() {
    return false;
  }

  /// Whether it can be sent to a worker once more.
  boolean isRepeatable() {
    return true;
  }

  /// The request has been sent, with what [#memory] had.
  void sent(WorkerLink link, int stream) {}

  /// The worker can take more.
  void resume() {}
}
