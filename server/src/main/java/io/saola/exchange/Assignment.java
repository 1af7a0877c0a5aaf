package io.saola.exchange;

import io.saola.link.Answer;
import io.saola.link.RequestSource;
import io.saola.link.WorkerLink;
import org.jspecify.annotations.Nullable;

/// The worker that an exchange is with, if it is with one, and whether it takes a place there.
///
/// What streams to its client from an ASGI app, or talks to it through a WebSocket, is still with
/// its worker, and takes no place: a thousand idle listeners leave room for requests.
final class Assignment {
  private final Dispatcher dispatcher;
  private final Exchange exchange;
  private @Nullable LinkedWorker worker;
  private boolean placed;
  private int slot = -1;
  private int generation;
  private int pid;
  private int stream;

  Assignment(Dispatcher dispatcher, Exchange exchange) {
    this.dispatcher = dispatcher;
    this.exchange = exchange;
  }

  /// Sends the request to this worker.
  void begin(LinkedWorker on, RequestSource request, Answer answer) {
    worker = on;
    placed = true;
    slot = on.link().slot();
    generation = on.link().generation();
    pid = on.link().pid();
    stream = on.link().send(request, answer);
  }

  /// The worker's link, or null.
  @Nullable WorkerLink link() {
    LinkedWorker on = worker;
    return on == null ? null : on.link();
  }

  boolean isAsgi() {
    WorkerLink link = link();
    return link != null && link.isAsgi();
  }

  int stream() {
    return stream;
  }

  /// The slot of the last worker, or -1.
  int slot() {
    return slot;
  }

  /// The process of the last worker.
  int pid() {
    return pid;
  }

  /// Lets the worker send so many more bytes.
  void credit(int bytes) {
    WorkerLink link = link();
    if (link != null) {
      link.credit(stream, bytes);
    }
  }

  /// Tells the worker that nobody wants the answer any more.
  void cancel() {
    WorkerLink link = link();
    if (link != null) {
      link.cancel(stream);
    }
  }

  /// The app has raised an exception.
  void appFailed() {
    WorkerLink link = link();
    if (link != null) {
      dispatcher.appFailed(link);
    }
  }

  /// Its place is free for somebody else.
  void freePlace(long now) {
    LinkedWorker had = worker;
    if (had != null && placed) {
      placed = false;
      dispatcher.done(had, exchange, now);
    }
  }

  /// The worker has nothing more to do with it.
  void release(long now) {
    freePlace(now);
    worker = null;
  }

  /// The worker is gone, or its place has been freed by the pool.
  void forget() {
    placed = false;
    worker = null;
  }

  @Override
  public String toString() {
    return "worker slot=%d gen=%d pid=%d stream=%s"
        .formatted(slot, generation, pid, Integer.toUnsignedString(stream));
  }
}
