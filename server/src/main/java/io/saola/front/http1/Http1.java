package io.saola.front.http1;

import io.netty.channel.ChannelHandler;
import io.saola.exchange.Exchanges;
import io.saola.front.Admission;
import io.saola.front.Connections;
import io.saola.front.Forwarded;
import io.saola.front.FrontSettings;
import io.saola.front.RequestIds;
import io.saola.front.websocket.WebSocketLoop;
import io.saola.model.Caller;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.settings.AnswerSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;

/// What the HTTP/1.1 connections of one event loop share.
public final class Http1 {
  /// More are not kept: this many requests at once are rare.
  private static final int MOST_HEADS = 512;

  private final FrontSettings settings;
  private Exchanges exchanges;
  private final Forwarded forwarded;
  private final RequestIds ids;
  private final Connections connections;
  private final WebSocketLoop webSockets;
  private final ResponseWriter writer;
  private final byte[] probePrefix;
  private final Admission admission;
  private final ArrayDeque<RequestHead> heads = new ArrayDeque<>();
  private int turnedAway;

  public Http1(
      FrontSettings settings,
      Exchanges exchanges,
      Forwarded forwarded,
      RequestIds ids,
      Connections connections,
      WebSocketLoop webSockets,
      InstantSource clock) {
    this.settings = settings;
    this.exchanges = exchanges;
    this.forwarded = forwarded;
    this.ids = ids;
    this.connections = connections;
    this.webSockets = webSockets;
    this.writer = new ResponseWriter(clock, ids.areOn(), settings.answers());
    this.admission = new Admission(settings.connections());
    this.probePrefix = settings.probePrefix().getBytes(StandardCharsets.US_ASCII);
  }

  /// The handler of one new connection.
  ///
  /// @param caller who is at the other end of the socket
  /// @param trusted whether it is a proxy whose forwarded headers count
  public ChannelHandler connection(Caller caller, boolean trusted) {
    return new Http1Connection(this, caller, trusted);
  }

  /// The handler of a connection too many.
  public ChannelHandler turnAway(Rejection reason) {
    return new TurnedAway(this, reason);
  }

  /// One more is being told that it is too many; false if there are too many even of these.
  boolean addTurnedAway() {
    boolean may = turnedAway < TurnedAway.MOST;
    turnedAway += may ? 1 : 0;
    return may;
  }

  void removeTurnedAway() {
    turnedAway--;
  }

  /// From now on answers are like this. Only on the loop.
  public void change(AnswerSettings answers) {
    writer.change(answers);
  }

  /// Who is let in.
  public Admission admission() {
    return admission;
  }

  /// Has requests that begin from now on answered by these. Those that have begun end as they would
  /// have. On the event loop only.
  public void answerBy(Exchanges others) {
    exchanges = others;
  }

  /// A head to read a request into.
  RequestHead lendHead() {
    RequestHead head = heads.pollLast();
    return head == null ? new RequestHead() : head;
  }

  /// Takes back a head that nobody looks at any more.
  void giveBack(RequestHead head) {
    if (heads.size() < MOST_HEADS) {
      head.reset();
      heads.addLast(head);
    }
  }

  FrontSettings settings() {
    return settings;
  }

  Exchanges exchanges() {
    return exchanges;
  }

  Forwarded forwarded() {
    return forwarded;
  }

  RequestIds ids() {
    return ids;
  }

  Connections connections() {
    return connections;
  }

  WebSocketLoop webSockets() {
    return webSockets;
  }

  ResponseWriter writer() {
    return writer;
  }

  byte[] probePrefix() {
    return probePrefix;
  }
}
