package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;
import static io.saola.settings.Setting.Shape.MANY_WHOLE;

import java.util.List;

/// What the server adds to every answer.
///
/// @param headers in the order in which they are sent
/// @param server what it calls itself; empty for nothing
public record AnswerSettings(List<HeaderField> headers, String server) {
  static final Section SECTION = new Section("Answers");

  static final Setting<HeaderField> HEADER =
      SECTION.add(
          new Setting<>(
              "header",
              NO_LETTER,
              "'NAME: VALUE'",
              "",
              new HeaderField.Notation(),
              MANY_WHOLE,
              "Header field that every answer gets, of the app, of files and of the server itself,"
                  + " unless it has one of that name already; repeatable."));

  static final Setting<String> SERVER =
      SECTION.one(
          "server-header",
          NO_LETTER,
          "TEXT",
          "saola",
          new ServerName(),
          "What the Server field of an answer says if the app does not set one, or off for no such"
              + " field.");

  static AnswerSettings from(Values values) {
    return new AnswerSettings(values.all(HEADER), values.get(SERVER));
  }

  /// A text that a field can hold; `off` is none.
  private record ServerName() implements Form<String> {
    @Override
    public String read(String text) throws BadValue {
      if (text.equals("off")) {
        return "";
      }
      String problem = HeaderField.problem(text);
      if (text.isEmpty() || problem != null) {
        throw BadValue.expected("off, or a text of visible ASCII characters such as saola", text);
      }
      return text;
    }
  }
}
