package io.saola.exchange;

import io.saola.link.Answer;
import io.saola.link.WorkerLink;
import io.saola.pool.Worker;
import java.util.ArrayList;
import java.util.List;

/// A link as the pool sees it.
final class LinkedWorker implements Worker<Exchange> {
  private final WorkerLink link;
  private final Dispatcher.Control control;
  private final int asgiConcurrency;
  private final long lifetime;
  private long nudgedAt = -1;
  private boolean wornOut;

  /// @param lifetime how many requests it may answer
  LinkedWorker(WorkerLink link, int asgiConcurrency, Dispatcher.Control control, long lifetime) {
    this.lifetime = lifetime;
    this.link = link;
    this.asgiConcurrency = asgiConcurrency;
    this.control = control;
  }

  WorkerLink link() {
    return link;
  }

  /// Whether it has just answered as many requests as it may; true once.
  boolean isWornOut() {
    if (wornOut || link.served() < lifetime) {
      return false;
    }
    wornOut = true;
    return true;
  }

  @Override
  public int places() {
    return link.isAsgi() ? asgiConcurrency : link.places();
  }

  @Override
  public void run(Exchange exchange) {
    exchange.run(this);
  }

  @Override
  public long secondSlowestRecent() {
    return link.secondSlowestRecent();
  }

  @Override
  public long running(long now) {
    return link.running(now);
  }

  @Override
  public void withdraw() {
    link.withdraw();
  }

  @Override
  public List<Exchange> takeBack() {
    List<Exchange> exchanges = new ArrayList<>();
    for (Answer answer : link.takeBack()) {
      // Only exchanges send requests over links.
      exchanges.add(((Exchange) answer).takenBack());
    }
    return exchanges;
  }

  @Override
  public void nudge() {
    long started = link.started();
    if (nudgedAt != started && link.holdsAnswers()) {
      nudgedAt = started;
      control.nudge(link.pid());
    }
  }
}
