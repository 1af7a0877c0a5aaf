package io.saola.exchange;

import io.netty.buffer.ByteBufAllocator;
import io.saola.compress.Compression;
import io.saola.files.FileAnswer;
import io.saola.files.ServedFiles;
import io.saola.model.Caller;
import io.saola.model.KnownHeader;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.observe.AccessLog;
import io.saola.observe.AccessRecord;
import io.saola.observe.Counters;
import io.saola.observe.Text;
import io.saola.settings.BufferRequests;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Begins exchanges, and holds what they share. Owned by one event loop.
public final class Exchanges {
  private static final Logger LOG = LoggerFactory.getLogger(Exchanges.class);

  /// Bytes of a response that a worker may send before it is given credit.
  public static final int WINDOW = 256 * 1024;

  private final ExchangeSettings settings;
  private final Dispatcher dispatcher;
  private @Nullable ServedFiles files;
  private boolean handsOver;
  private final @Nullable Rejection refusal;
  private final AccessLog accessLog;
  private final Counters counters;
  private final MemoryBudget budget;
  private final Spool spool;
  private final Compression compression;
  private final AccessRecord access = new AccessRecord();
  private final Set<String> dropped = new HashSet<>();

  /// @param files null if the server sends none
  public Exchanges(
      ExchangeSettings settings,
      Dispatcher dispatcher,
      @Nullable ServedFiles files,
      AccessLog accessLog,
      Counters counters) {
    this(settings, dispatcher, files, null, accessLog, counters);
  }

  /// Those of a server that lets clients in and does not serve them yet: each is answered this.
  public static Exchanges refusing(
      Rejection refusal,
      ExchangeSettings settings,
      Dispatcher dispatcher,
      AccessLog accessLog,
      Counters counters) {
    return new Exchanges(settings, dispatcher, null, refusal, accessLog, counters);
  }

  private Exchanges(
      ExchangeSettings settings,
      Dispatcher dispatcher,
      @Nullable ServedFiles files,
      @Nullable Rejection refusal,
      AccessLog accessLog,
      Counters counters) {
    this.settings = settings;
    send(files);
    this.refusal = refusal;
    this.dispatcher = dispatcher;
    this.accessLog = accessLog;
    this.counters = counters;
    this.budget = new MemoryBudget(settings.memoryBudget());
    this.spool =
        new Spool(settings.spool(), settings.spoolLimit(), settings.grace(), dispatcher::soon);
    this.compression = new Compression(settings.compress(), () -> Padding.RANDOM.nextLong());
  }

  /// From now on these files are sent; null for none. On the event loop only, or before it turns.
  public void send(@Nullable ServedFiles others) {
    files = others;
    handsOver = others != null && others.canBeHandedOver();
  }

  /// A request's head is complete.
  ///
  /// @param head lent until the exchange has called nobody any more, which is after `finish`
  /// @param startNanos when its first byte came
  public Exchange begin(
      RequestHead head, Caller caller, Client client, ByteBufAllocator allocator, long startNanos) {
    return new Exchange(this, head, caller, client, allocator, null, startNanos);
  }

  /// The same, for a request to open a WebSocket.
  ///
  /// @param subprotocols what the client offers, in its order
  public Exchange beginWebSocket(
      RequestHead head,
      Caller caller,
      Client client,
      ByteBufAllocator allocator,
      List<String> subprotocols,
      long startNanos) {
    return new Exchange(this, head, caller, client, allocator, subprotocols, startNanos);
  }

  /// Whether the app can accept WebSockets.
  public boolean takesWebSockets() {
    return refusal == null && dispatcher.isAsgi();
  }

  /// A body of the kind that the app takes.
  RequestBody newBody(ByteBufAllocator allocator) {
    if (refusal != null) {
      return new UnwantedBody();
    }
    if (dispatcher.isAsgi() && settings.buffer() != BufferRequests.ON) {
      return new StreamedBody(budget, allocator);
    }
    BufferedBody whole = new BufferedBody(budget, spool, allocator);
    return dispatcher.isAsgi() ? new StoredBody(whole, allocator) : whole;
  }

  /// Whether the app gets a request with what has come of its body by then.
  boolean passesAtOnce() {
    return refusal == null && settings.buffer() == BufferRequests.OFF && dispatcher.isAsgi();
  }

  /// How much memory bodies have on their way. On the event loop only, as all of this.
  public long bytesInMemory() {
    return budget.taken();
  }

  /// How much room their files have.
  public long bytesInFiles() {
    return spool.taken();
  }

  /// The way of a response's body.
  ///
  /// @param credit tells the worker how many more bytes it may send
  Delivery newDelivery(Client client, ByteBufAllocator allocator, IntConsumer credit) {
    return new Delivery(client, budget, spool, settings.maxSpool(), allocator, credit);
  }

  /// Has a request that is no file's served, or refuses it.
  void submit(Exchange exchange, long now) {
    if (refusal == null) {
      dispatcher.submit(exchange, now);
    } else {
      exchange.reject(refusal);
    }
  }

  /// The file that a client asks for, or null: the request is for the app.
  @Nullable FileAnswer fileFor(RequestHead request) {
    return files == null ? null : files.answer(request);
  }

  /// The file that an app's response names in place of its body, or null.
  @Nullable FileAnswer handedOver(RequestHead request, ResponseHead response) {
    return files == null || !handsOver ? null : files.handedOver(request, response);
  }

  /// Whether a worker could take a request now or soon.
  public boolean isReady() {
    return refusal == null && dispatcher.workers() > 0;
  }

  public ExchangeSettings settings() {
    return settings;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  Compression compression() {
    return compression;
  }

  MemoryBudget budget() {
    return budget;
  }

  Spool spool() {
    return spool;
  }

  /// A connection has not been let in.
  public void turnedAway(Rejection reason) {
    counters.turnedAway(reason);
  }

  /// The app began to answer.
  void answered(Times times, ResponseHead response) {
    times.answered(System.nanoTime());
    times.responseFields(accessLog.keep(response));
  }

  /// Hop-by-hop fields belong to the server (PEP 3333); an app that sends one is told once.
  void noteDropped(String name) {
    if (dropped.size() < 100 && dropped.add(name.toLowerCase(Locale.ROOT))) {
      LOG.warn("dropped the app's response header {}: it belongs to the connection", name);
    }
  }

  /// A request as the error log names it: its line in quotes, and its id if it has one.
  String request(RequestHead head) {
    String line =
        Text.visible(
            head.text(head.methodStart(), head.methodEnd())
                + " "
                + head.text(head.targetStart(), head.targetEnd()));
    String id = head.value(KnownHeader.X_REQUEST_ID);
    return "\"" + line + "\"" + (id == null ? "" : " id=" + Text.visible(id));
  }

  /// A request's method and path, with nothing in it that a terminal would obey.
  String subject(RequestHead head) {
    return Text.visible(
        head.text(head.methodStart(), head.methodEnd())
            + " "
            + head.text(head.pathStart(), head.pathEnd()));
  }

  void log(
      Intake request,
      Times times,
      int slot,
      int retries,
      @Nullable Rejection rejection,
      int status,
      long bodyBytes,
      boolean aborted) {
    AccessRecord line = access;
    line.head = request.head();
    line.hasHead = true;
    line.caller = request.caller();
    line.status = status;
    line.bodyBytes = bodyBytes;
    line.startNanos = times.start();
    line.endNanos = accessLog.isEnabled() ? System.nanoTime() : times.answered();
    line.queueNanos = times.inQueue(line.endNanos);
    line.receiveNanos = times.receiving();
    line.appNanos = times.inApp();
    line.sendNanos = times.sending(line.endNanos);
    line.doneNanos = times.inAppAtAll();
    line.requestBytes = request.bodyLength();
    line.responseFields = times.responseFields();
    line.slot = slot;
    line.retries = retries;
    line.rejection = rejection;
    line.aborted = aborted;
    write(line);
  }

  /// Logs a request that never became an exchange: a malformed one, or one that the server
  /// answered.
  ///
  /// @param hasHead whether the head is complete and right
  public void log(
      RequestHead head,
      boolean hasHead,
      Caller caller,
      int status,
      @Nullable Rejection rejection,
      long bodyBytes,
      long startNanos) {
    AccessRecord line = access;
    line.reset();
    line.head = head;
    line.hasHead = hasHead;
    line.caller = caller;
    line.status = status;
    line.rejection = rejection;
    line.bodyBytes = bodyBytes;
    line.startNanos = startNanos;
    line.endNanos = System.nanoTime();
    write(line);
  }

  private void write(AccessRecord line) {
    counters.count(line);
    if (accessLog.isEnabled()) {
      accessLog.write(line);
    }
  }

  /// Made when it is first needed: the providers of Java's security take 10 ms of a start.
  private static final class Padding {
    static final SecureRandom RANDOM = new SecureRandom();
  }
}
