package io.saola.settings;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a line of the access log is made of, in order.
public record AccessFormat(Style style, List<Part> parts) {
  /// Apache's and nginx's `combined`, which every tool reads.
  static final String DEFAULT = "combined";

  public AccessFormat {
    parts = List.copyOf(parts);
  }

  /// How the parts become a line.
  public enum Style {
    /// One after the other, with `\xHH` for what could end a value, as in nginx.
    TEXT,
    /// The same, in a text that looks like a JSON object: with JSON's escapes.
    JSON_TEXT,
    /// One JSON object of members.
    JSON,
    /// `name=value` for each member that there is.
    LOGFMT
  }

  /// A piece of the line.
  public sealed interface Part {}

  public record Text(String text) implements Part {}

  /// A value.
  ///
  /// @param place where in the line it stands
  public record Value(AccessValue value, Place place) implements Part {}

  /// Something that a request or a response may carry under a name.
  public record Field(Source source, String name, Place place) implements Part {}

  /// A value with its name, in a line that is made of these.
  public record Member(String name, Part value) implements Part {}

  /// Where a named field is looked for.
  public enum Source {
    REQUEST_HEADER,
    RESPONSE_HEADER,
    COOKIE,
    ARGUMENT
  }

  /// What is around a value, which says what could be mistaken for its end.
  public enum Place {
    QUOTED,
    /// Behind `name=` without quotes: a space would begin the next pair.
    BARE,
    OPEN
  }

  /// The response header fields that are logged, in lower case.
  public List<String> responseFields() {
    return parts.stream()
        .filter(Field.class::isInstance)
        .map(Field.class::cast)
        .filter(field -> field.source() == Source.RESPONSE_HEADER)
        .map(Field::name)
        .distinct()
        .toList();
  }

  /// Reads a format's name, a text in Gunicorn's notation, or one in nginx's.
  record Notation() implements Form<AccessFormat> {
    private static final Map<String, String> NAMED =
        new TreeMap<>(
            Map.of(
                DEFAULT,
                "%(h)s %(l)s %(u)s %(t)s \"%(r)s\" %(s)s %(b)s \"%(f)s\" \"%(a)s\"",
                "common",
                "%(h)s %(l)s %(u)s %(t)s \"%(r)s\" %(s)s %(b)s",
                "nginx-heroku",
                "measure#nginx.service=$request_time request=\"$request\" status_code=$status"
                    + " request_id=$http_x_request_id remote_addr=\"$remote_addr\""
                    + " forwarded_for=\"$http_x_forwarded_for\""
                    + " forwarded_proto=\"$http_x_forwarded_proto\" via=\"$http_via\""
                    + " body_bytes_sent=$body_bytes_sent referer=\"$http_referer\""
                    + " user_agent=\"$http_user_agent\"",
                "l2met",
                "measure#nginx.service=$request_time request_id=$http_x_request_id"));

    @Override
    public AccessFormat read(String text) throws BadValue {
      for (int i = 0; i < text.length(); i++) {
        if (Character.isISOControl(text.charAt(i)) && text.charAt(i) != '\t') {
          throw BadValue.because("holds a control character, which a line of a log must not");
        }
      }
      return switch (text) {
        case "json" -> new AccessFormat(Style.JSON, Members.ALL);
        case "logfmt" -> new AccessFormat(Style.LOGFMT, Members.ALL);
        case "heroku-router" -> new AccessFormat(Style.TEXT, Members.ROUTER);
        default -> notation(NAMED.getOrDefault(text, text));
      };
    }

    private static AccessFormat notation(String text) throws BadValue {
      boolean dollar = text.contains("$");
      if (!dollar && !text.contains("%")) {
        List<String> names = names();
        throw BadValue.because(
            "must be one of "
                + String.join(", ", names)
                + ", or a text with values such as %(s)s or $status, not "
                + Quoted.of(text)
                + Suggestion.hint(text, names));
      }
      boolean ginx = dollar && !text.contains("%(");
      List<Part> parts = ginx ? NginxFormat.parts(text) : GunicornFormat.parts(text);
      String bare = text.strip();
      boolean json = bare.startsWith("{") && bare.endsWith("}");
      return new AccessFormat(json ? Style.JSON_TEXT : Style.TEXT, parts);
    }

    static List<String> names() {
      TreeMap<String, String> names = new TreeMap<>(NAMED);
      names.put("json", "");
      names.put("logfmt", "");
      names.put("heroku-router", "");
      return List.copyOf(names.keySet());
    }
  }
}
