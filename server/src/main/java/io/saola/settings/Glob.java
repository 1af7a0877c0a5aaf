package io.saola.settings;

import java.nio.file.FileSystems;
import java.util.regex.PatternSyntaxException;

/// Which names of files are meant: `*.yaml`, `[a-m]*.txt`.
record Glob() implements Form<String> {
  @Override
  public String read(String text) throws BadValue {
    if (text.contains("/")) {
      throw BadValue.expected("the name of a file, * and ? allowed, without a folder", text);
    }
    try {
      FileSystems.getDefault().getPathMatcher("glob:" + text);
      return text;
    } catch (PatternSyntaxException _) {
      throw BadValue.expected("a name with * and ?, such as *.yaml", text);
    }
  }
}
