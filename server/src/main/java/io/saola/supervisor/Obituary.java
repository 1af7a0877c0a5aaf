package io.saola.supervisor;

import io.saola.supervisor.Life.Empty;
import java.time.Duration;

/// How an end is told in one line: what, how, in which state, how often, and when the next try is.
final class Obituary {
  private Obituary() {}

  static String of(Slot slot, Roll.Member member, Report.Exited exited, Life before, long now) {
    return account(member, exited, before) + outlook(slot, now);
  }

  /// The same without what comes next.
  static String account(Roll.Member member, Report.Exited exited, Life before) {
    String what = Slot.label(member.role(), member.slot(), member.generation(), exited.pid());
    return what.replaceFirst(" ", " exited ")
        + " "
        + exited.status().field()
        + (before.madeToEnd().isEmpty() ? "" : " why=\"" + before.madeToEnd() + "\"")
        + (before.word().equals("ready") ? "" : " while=" + before.word());
  }

  static String outlook(Slot slot, long now) {
    return slot.life() instanceof Empty(int failures, long notBefore) && notBefore - now > 0
        ? " failures=" + failures + " next-try=" + seconds(notBefore - now)
        : "";
  }

  static String seconds(long nanos) {
    long millis = Duration.ofNanos(nanos).toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }
}
