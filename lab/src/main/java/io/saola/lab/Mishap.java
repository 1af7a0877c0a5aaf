package io.saola.lab;

import java.util.Arrays;
import java.util.List;

/// What is done to a server in `lab chaos` while it is asked all the time.
enum Mishap {
  KILL("kill", "SIGKILL of a random worker, each second", "kills", false),
  RELOAD("reload", "reloads, one after another", "reloads", true),
  BROKEN("broken", "a reload onto code that cannot be imported, and one that mends it", "", false),
  RECYCLE("recycle", "a new worker after each 200 requests", "recycled", true);

  private final String label;
  private final String text;
  private final String counts;
  private final boolean timed;

  Mishap(String label, String text, String counts, boolean timed) {
    this.label = label;
    this.text = text;
    this.counts = counts;
    this.timed = timed;
  }

  /// As in `--mishaps`.
  String label() {
    return label;
  }

  String text() {
    return text;
  }

  /// `30 kills`; nothing where there is nothing to count.
  String count(int times) {
    return counts.isEmpty() ? "" : times + " " + counts;
  }

  /// What a server is told so that it happens: by the same name to all of them.
  List<String> flags() {
    return this == RECYCLE ? List.of("--max-requests", "200") : List.of();
  }

  /// Whether requests may not take longer because of it.
  boolean isTimed() {
    return timed;
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(Mishap::label).toList();
  }
}
