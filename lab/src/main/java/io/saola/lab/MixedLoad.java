package io.saola.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Two loads at the same time, of which one is measured and the other keeps workers busy.
final class MixedLoad implements Load {
  /// The slow load is there before the measured one and after it.
  private static final Duration MARGIN = Duration.ofSeconds(1);

  private final Wrk quick;
  private final Wrk slow;

  MixedLoad(Wrk quick, Wrk slow) {
    this.quick = quick;
    this.slow = slow;
  }

  @Override
  public void settle() {}

  @Override
  public Outcome run(Duration duration) throws IOException, InterruptedException, LabException {
    try (Wrk.Running beside = slow.begin(duration.plus(MARGIN))) {
      Outcome measured = quick.run(duration);
      Outcome busy = beside.outcome();
      if (busy.count() == 0) {
        throw new LabException("no slow request was answered: the workers were not kept busy");
      }
      Map<String, Long> errors = new LinkedHashMap<>(measured.errors());
      busy.errors().forEach((name, count) -> errors.merge(name, count, Long::sum));
      return new Outcome(measured.count(), measured.perSecond(), measured.latency(), errors);
    }
  }

  @Override
  public void finish() {}

  @Override
  public void close() {}
}
