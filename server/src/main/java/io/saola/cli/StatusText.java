package io.saola.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What `saola status` shows.
final class StatusText {
  private StatusText() {}

  static String of(Map<?, ?> json) {
    Fields status = new Fields(json);
    StringBuilder out = new StringBuilder();
    out.append("saola ")
        .append(status.text("version"))
        .append(' ')
        .append(status.text("state"))
        .append(' ')
        .append(status.text("app"))
        .append('\n');
    line(out, "pid", status.text("pid") + ", user " + status.text("user"));
    line(out, "since", since(status));
    line(out, "addresses", String.join(", ", status.texts("addresses")));
    line(out, "interface", status.text("interface") + " on Python " + status.text("python"));
    line(out, "load", status.text("load"));
    Fields workers = status.fields("workers");
    line(out, "workers", workers.text("ready") + " of " + workers.text("wanted") + " ready");
    line(out, "generation", status.text("generation"));
    Fields requests = status.fields("requests");
    line(
        out,
        "requests",
        requests.text("answered")
            + " answered, "
            + requests.text("running")
            + " running, "
            + requests.text("waiting")
            + " waiting");
    line(out, "connections", status.text("connections") + " open");
    Fields memory = status.fields("memory");
    line(
        out,
        "bodies",
        Units.size(memory.number("bodies"))
            + " in memory, "
            + Units.size(memory.number("files"))
            + " in files; buffers "
            + Units.size(memory.number("direct")));
    for (String last : List.of("reload", "upgrade")) {
      if (status.has(last)) {
        line(out, "last " + last, status.text(last));
      }
    }
    return out.toString();
  }

  /// Several servers, one per line.
  static String list(List<Map<?, ?>> all) {
    Columns table = new Columns("PID", "USER", "STATE", "APP", "ADDRESSES", "SINCE");
    for (Map<?, ?> json : all) {
      Fields status = new Fields(json);
      table.add(
          status.text("pid"),
          status.text("user"),
          status.text("state"),
          status.text("app"),
          String.join(",", status.texts("addresses")),
          since(status));
    }
    return table.toString();
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(String.format(Locale.ROOT, "  %-13s %s\n", name, value));
  }

  private static String since(Fields status) {
    String text = status.text("since");
    try {
      Instant since = Instant.parse(text);
      return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
              .withZone(ZoneId.systemDefault())
              .format(since)
          + " ("
          + Units.time((double) Duration.between(since, Instant.now()).toSeconds())
          + ")";
    } catch (DateTimeException e) {
      return text;
    }
  }

  /// Without what a terminal would obey: a request's path and an app's error come from elsewhere.
  static String plain(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> out.appendCodePoint(c != '\n' && Character.isISOControl(c) ? '?' : c));
    return out.toString();
  }
}
