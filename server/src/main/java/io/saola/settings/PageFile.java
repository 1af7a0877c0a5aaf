package io.saola.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// An operator's page in place of the server's own.
///
/// @param content all of it, since a page is needed most when a disk is not there
public record PageFile(Statuses statuses, PageForm form, String content) {
  /// Larger ones belong behind a link: refused clients are many, and all at once.
  static final int MOST = 64 << 10;

  /// Which answers it is for.
  public record Statuses(int first, int last) {
    /// Whether it is for a hundred of them.
    public boolean isClass() {
      return first < last;
    }

    @Override
    public String toString() {
      return isClass() ? first / 100 + "xx" : Integer.toString(first);
    }
  }

  /// A rule as it is written: `503=maintenance.html`, `502,503=busy.html`, `5xx=error.html`.
  record Rule(List<Statuses> statuses, Path file) {}

  /// How a rule is written.
  record Notation() implements Form<Rule> {
    @Override
    public Rule read(String text) throws BadValue {
      int equals = text.indexOf('=');
      String file = text.substring(equals + 1);
      if (equals < 1 || file.isEmpty()) {
        throw wrong(text);
      }
      List<Statuses> statuses = new ArrayList<>();
      for (String status : text.substring(0, equals).split(",", -1)) {
        statuses.add(statuses(status.strip(), text));
      }
      try {
        return new Rule(List.copyOf(statuses), Path.of(file));
      } catch (InvalidPathException e) {
        throw wrong(text);
      }
    }

    private static Statuses statuses(String status, String text) throws BadValue {
      String lower = status.toLowerCase(Locale.ROOT);
      if (lower.equals("4xx") || lower.equals("5xx")) {
        int first = (lower.charAt(0) - '0') * 100;
        return new Statuses(first, first + 99);
      }
      if (status.length() != 3 || !Digits.areWhole(status, 3)) {
        throw wrong(text);
      }
      int code = Integer.parseInt(status);
      if (code < 400 || code > 599) {
        throw BadValue.because("is for statuses from 400 to 599, not " + Quoted.of(text));
      }
      return new Statuses(code, code);
    }

    private static BadValue wrong(String text) {
      return BadValue.expected(
          "statuses and a file such as 503=maintenance.html or 5xx=error.html", text);
    }
  }

  /// The pages of a rule: its file, and those beside it that differ in their ending only.
  static List<PageFile> read(Rule rule, Path folder) throws BadValue {
    Path file = folder.resolve(rule.file()).normalize();
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    PageForm named = PageForm.of(name.substring(dot + 1).toLowerCase(Locale.ROOT));
    if (dot < 1 || named == null) {
      throw BadValue.because(file + " must end in .html, .json or .txt, which says what it is");
    }
    List<PageFile> pages = new ArrayList<>();
    for (PageForm form : PageForm.values()) {
      String ending = form.ending();
      Path page = form == named ? file : file.resolveSibling(name.substring(0, dot + 1) + ending);
      if (form == named || Files.exists(page)) {
        String content = content(page);
        rule.statuses().forEach(statuses -> pages.add(new PageFile(statuses, form, content)));
      }
    }
    return pages;
  }

  private static String content(Path file) throws BadValue {
    if (!Files.exists(file)) {
      throw BadValue.because("there is no file " + file);
    }
    if (!Files.isRegularFile(file)) {
      throw BadValue.because(file + " is no regular file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST + 1);
    } catch (IOException e) {
      throw BadValue.because(file + " cannot be read");
    }
    if (bytes.length > MOST) {
      throw BadValue.because(file + " is larger than " + MOST / 1024 + " KiB");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw BadValue.because(file + " is not UTF-8");
    }
  }
}
