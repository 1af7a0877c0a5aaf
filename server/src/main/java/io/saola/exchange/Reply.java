package io.saola.exchange;

import io.netty.buffer.ByteBuf;
import io.saola.model.ResponseHead;
import java.io.IOException;
import java.util.List;

/// The response of one exchange: what its client has been told so far, and what is still to come.
final class Reply {
  private final Client client;
  private final Delivery delivery;
  private boolean begun;
  private boolean switched;
  private boolean eventStream;
  private boolean bodiless;
  private boolean ended;
  private boolean aborted;

  Reply(Client client, Delivery delivery) {
    this.client = client;
    this.delivery = delivery;
  }

  /// Whether the client has been told a status.
  boolean hasBegun() {
    return begun;
  }

  /// Whether it is a WebSocket now, which has its own way to end.
  boolean isSwitched() {
    return switched;
  }

  /// Whether nobody will see the pieces of a body.
  boolean isBodiless() {
    return bodiless;
  }

  boolean isEventStream() {
    return eventStream;
  }

  /// Whether it may go on for ever, and its client is there to see it.
  boolean isEndless() {
    return eventStream && !ended && !bodiless;
  }

  /// The whole response; the body is what is readable.
  void whole(ResponseHead response, ByteBuf body) {
    begun = true;
    if (delivery.mayLeaveWhole(body.readableBytes())) {
      client.respond(response, body);
      return;
    }
    ended = true;
    client.start(response, body.readableBytes());
    delivery.pass(body);
    endIfSent();
  }

  /// The response begins; pieces follow.
  void head(ResponseHead response) {
    begun = true;
    bodiless = !client.start(response, -1);
    eventStream = response.isEventStream();
    if (bodiless) {
      delivery.unwanted();
    }
  }

  void earlyHints(List<String> links) {
    if (!begun) {
      client.earlyHints(links);
    }
  }

  void data(ByteBuf data) {
    delivery.data(data);
  }

  void file(String path, long offset, long length) throws IOException {
    if (!bodiless && length > 0) {
      delivery.file(path, offset, length);
    }
  }

  void trailers(ResponseHead fields) {
    if (begun && !bodiless) {
      client.trailers(fields);
    }
  }

  /// The app has sent the last piece.
  ///
  /// @param unfinished whether it has not sent all that it meant to
  void ended(boolean unfinished) {
    ended = true;
    aborted = unfinished && !bodiless;
  }

  /// The app speaks another protocol with the client from now on.
  void switched() {
    begun = true;
    switched = true;
  }

  /// The client can take more.
  void resume() {
    delivery.resume();
  }

  /// Tells the client that it has all, if the app has ended and all has been handed over.
  void endIfSent() {
    if (ended && delivery.isEmpty()) {
      ended = false;
      if (aborted) {
        client.abort();
      } else {
        client.end();
      }
    }
  }

  /// Nobody wants the rest.
  void unwanted() {
    delivery.unwanted();
  }

  /// Bytes of body that the client has been written.
  long bodyBytes() {
    return begun ? client.bodyBytes() : 0;
  }

  /// Frees everything, once the last piece on its way has left.
  void finish() {
    delivery.finish();
  }
}
