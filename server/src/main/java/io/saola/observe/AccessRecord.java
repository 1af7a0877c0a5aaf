package io.saola.observe;

import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import org.jspecify.annotations.Nullable;

/// What the access log and the counters need to know of one request.
///
/// Mutable and reused, so that a request costs no object: whoever reports it fills it, hands it
/// over, and may change it as soon as that call has returned. Times are `System.nanoTime()`.
public final class AccessRecord {
  /// The status of a request whose client had gone before there was an answer, as in nginx.
  public static final int CLIENT_GONE = 499;

  /// The head; if it was never completed, the bytes that came of it.
  public @Nullable RequestHead head;

  /// Whether the head is complete and right, so that its parts may be read.
  public boolean hasHead;

  public @Nullable Caller caller;
  public int status;

  /// Bytes of body that were sent to the client, without chunk framing.
  public long bodyBytes;

  /// When the first byte of the request came.
  public long startNanos;

  /// When the last byte of the answer was handed to the socket, or the exchange was given up.
  public long endNanos;

  /// How long it took until it could be handed to a worker; -1 if it did not come to that.
  public long receiveNanos;

  /// How long it waited for a worker; -1 if it did not come to that.
  public long queueNanos;

  /// How long the app took until it began to answer; -1 if it did not come to that.
  public long appNanos;

  /// How long it took from then on; -1 if it did not come to that.
  public long sendNanos;

  /// How long the app took until it was done; -1 if it did not come to that.
  public long doneNanos;

  /// Bytes of body that came with the request, without chunk framing.
  public long requestBytes;

  /// The values of the response's header fields that the format wants, in its order; null if it
  /// wants none.
  public byte @Nullable [] @Nullable [] responseFields;

  /// Which worker's, or -1.
  public int slot;

  /// How often it was served again because its worker had died.
  public int retries;

  public @Nullable Rejection rejection;

  /// Whether the client has not got the whole answer.
  public boolean aborted;

  public AccessRecord() {
    reset();
  }

  /// Forgets everything.
  public void reset() {
    head = null;
    hasHead = false;
    caller = null;
    status = 0;
    bodyBytes = 0;
    startNanos = 0;
    endNanos = 0;
    receiveNanos = -1;
    queueNanos = -1;
    appNanos = -1;
    sendNanos = -1;
    doneNanos = -1;
    requestBytes = 0;
    responseFields = null;
    slot = -1;
    retries = 0;
    rejection = null;
    aborted = false;
  }
}
