package io.saola.observe;

import io.saola.model.KnownHeader;
import io.saola.settings.AccessFormat;
import io.saola.settings.AccessFormat.Place;
import io.saola.settings.AccessFormat.Source;
import io.saola.settings.AccessFormat.Style;
import io.saola.settings.AccessValue;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/// Turns a record into the bytes of a line, after a format that is compiled once.
///
/// Makes no object per line. For one thread.
final class AccessLine {
  private static final byte[] NULL = Ascii.bytes("null");

  private final Style style;
  private final Step[] steps;
  private final AccessValues values;

  /// A piece of the line: a text, a value, or a field from a source.
  private static final class Step {
    byte @Nullable [] text;
    @Nullable AccessValue value;
    @Nullable Source source;

    /// The header field, if the server knows it.
    @Nullable KnownHeader known;

    byte[] name = {};

    /// The place among the response's fields that are kept.
    int index;

    Place place = Place.OPEN;

    /// Whether it needs no quotes, being a number or a truth value.
    boolean literal;

    /// What stands in front of it, if it is a member.
    byte[] lead = {};
  }

  AccessLine(AccessFormat format, InstantSource clock, TimeZone zone, long pid, String hostname) {
    this.style = format.style();
    this.values = new AccessValues(clock, zone, pid, hostname);
    List<AccessFormat.Part> parts = format.parts();
    List<String> kept = format.responseFields();
    this.steps = new Step[parts.size()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = step(parts.get(i), kept);
      steps[i].lead = lead(parts.get(i), i == 0);
    }
  }

  private byte[] lead(AccessFormat.Part part, boolean first) {
    if (!(part instanceof AccessFormat.Member(String name, AccessFormat.Part _))) {
      return new byte[0];
    }
    if (style == Style.JSON) {
      return Ascii.bytes((first ? "" : ",") + "\"" + name + "\":");
    }
    // Nothing comes before it if all before it are missing, but the time never is.
    return Ascii.bytes((first ? "" : " ") + name + "=");
  }

  private static Step step(AccessFormat.Part part, List<String> kept) {
    Step step = new Step();
    switch (part) {
      case AccessFormat.Text(String text) -> step.text = text.getBytes(StandardCharsets.UTF_8);
      case AccessFormat.Value(AccessValue value, Place place) -> {
        step.value = value;
        step.place = place;
        step.literal = value.kind() != AccessValue.Kind.TEXT;
      }
      case AccessFormat.Field(Source source, String name, Place place) -> {
        step.source = source;
        step.place = place;
        step.name = name.getBytes(StandardCharsets.ISO_8859_1);
        step.index = kept.indexOf(name);
        if (source == Source.REQUEST_HEADER) {
          step.known = KnownHeader.of(step.name, 0, step.name.length);
        }
      }
      case AccessFormat.Member(String _, AccessFormat.Part value) -> {
        return step(value, kept);
      }
    }
    return step;
  }

  void write(AccessRecord record, Line line) {
    values.begin(record);
    line.json(style != Style.TEXT);
    switch (style) {
      case TEXT, JSON_TEXT -> writeText(record, line);
      case JSON -> writeJson(record, line);
      case LOGFMT -> writePairs(record, line);
    }
    line.end();
  }

  private void writeText(AccessRecord record, Line line) {
    for (Step step : steps) {
      byte[] text = step.text;
      if (text != null) {
        line.add(text);
        continue;
      }
      int start = line.length();
      if (!add(step, record, line)) {
        if (style == Style.JSON_TEXT && step.place != Place.QUOTED) {
          line.add(NULL);
        } else {
          line.add('-');
        }
      } else if (step.place == Place.BARE) {
        line.escapeSpaces(start);
      }
    }
  }

  private void writeJson(AccessRecord record, Line line) {
    line.add('{');
    for (Step step : steps) {
      line.add(step.lead);
      int start = line.length();
      if (!step.literal) {
        line.add('"');
      }
      if (!add(step, record, line)) {
        line.cut(start);
        line.add(NULL);
      } else if (!step.literal) {
        line.add('"');
      }
    }
    line.add('}');
  }

  /// A pair whose value is missing is left out.
  private void writePairs(AccessRecord record, Line line) {
    for (Step step : steps) {
      int before = line.length();
      line.add(step.lead);
      int start = line.length();
      if (!add(step, record, line) || line.length() == start) {
        line.cut(before);
      } else if (!step.literal) {
        line.quoteIfNeeded(start);
      }
    }
  }

  private boolean add(Step step, AccessRecord record, Line line) {
    AccessValue value = step.value;
    if (value != null) {
      return values.add(value, record, line);
    }
    KnownHeader known = step.known;
    if (known != null) {
      return Fields.add(known, record, line);
    }
    return switch (step.source) {
      case COOKIE -> Fields.addCookie(step.name, record, line);
      case ARGUMENT -> Fields.addArgument(step.name, record, line);
      case RESPONSE_HEADER -> Fields.addOfResponse(step.index, record, line);
      case REQUEST_HEADER -> Fields.add(step.name, record, line);
      case null -> false;
    };
  }
}
