package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;
import static io.saola.settings.Setting.Shape.MANY_WHOLE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the server adds to every answer, and what its own look like.
///
/// @param pages in place of the server's own, of which no two are for the same
/// @param headers in the order in which they are sent
/// @param server what it calls itself; empty for nothing
public record AnswerSettings(List<PageFile> pages, List<HeaderField> headers, String server) {
  static final Section SECTION = new Section("Answers");

  static final Setting<PageFile.Rule> ERROR_PAGE =
      SECTION.add(
          new Setting<>(
              "error-page",
              NO_LETTER,
              "STATUS=FILE",
              "",
              new PageFile.Notation(),
              MANY_WHOLE,
              "File (.html, .json or .txt) in place of the server's own page for a status:"
                  + " 503=maintenance.html, 502,504=gone.html or 5xx=error.html. Those beside it that"
                  + " differ in their ending only count too; repeatable."));

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

  static AnswerSettings from(Values values, Path folder) {
    return new AnswerSettings(pages(values, folder), values.all(HEADER), values.get(SERVER));
  }

  private static List<PageFile> pages(Values values, Path folder) {
    List<PageFile> pages = new ArrayList<>();
    Set<PageFile.Statuses> seen = new HashSet<>();
    for (PageFile.Rule rule : values.all(ERROR_PAGE)) {
      for (PageFile.Statuses statuses : rule.statuses()) {
        if (!seen.add(statuses)) {
          values.problem(ERROR_PAGE, statuses + " is given twice");
        }
      }
      try {
        pages.addAll(PageFile.read(rule, folder));
      } catch (BadValue e) {
        values.problem(ERROR_PAGE, e.why());
      }
    }
    return List.copyOf(pages);
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
