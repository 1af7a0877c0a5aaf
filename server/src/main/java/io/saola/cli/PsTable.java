package io.saola.cli;

import java.util.Locale;

/// What `saola ps` shows.
final class PsTable {
  private static final String NONE = "-";

  private PsTable() {}

  static String workers(Object json) {
    Columns table =
        new Columns(
            "SLOT",
            "PID",
            "GEN",
            "STATE",
            "REQUESTS",
            "AGE",
            "RSS",
            "PSS",
            "SHARED",
            "RUNNING",
            "FOR",
            "REQUEST");
    for (Fields worker : Fields.all(json)) {
      boolean measured = worker.number("rss") > 0;
      table.add(
          worker.text("slot"),
          worker.number("pid") == 0 ? NONE : worker.text("pid"),
          worker.text("generation"),
          worker.text("state"),
          worker.text("requests"),
          worker.number("age") > 0 ? Units.time(worker.number("age")) : NONE,
          measured ? Units.size(worker.number("rss")) : NONE,
          measured ? Units.size(worker.number("pss")) : NONE,
          measured ? percent(worker.number("shared") / worker.number("rss")) : NONE,
          worker.text("running"),
          worker.has("request_age") ? Units.time(worker.number("request_age")) : NONE,
          worker.has("request") ? worker.text("request") : NONE);
    }
    return table.toString();
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.0f%%", 100 * part);
  }

  static String files(Object json) {
    Columns table = new Columns("PROCESS", "PID", "OPEN", "LIMIT");
    for (Fields process : Fields.all(json)) {
      table.add(
          process.text("name"),
          process.text("pid"),
          process.text("open"),
          process.has("limit") ? process.text("limit") : "unlimited");
    }
    return table.toString();
  }
}
