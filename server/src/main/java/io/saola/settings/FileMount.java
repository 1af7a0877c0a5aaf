package io.saola.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// A folder whose files are found below a path.
///
/// @param prefix `/…/`
public record FileMount(String prefix, Path folder) {
  /// How it is written: `/static/=FOLDER`, also without the last slash of the path.
  record Notation() implements Form<FileMount> {
    private static final Prefix PREFIX = new Prefix(true);

    @Override
    public FileMount read(String text) throws BadValue {
      int equals = text.indexOf('=');
      String path = equals < 0 ? "" : text.substring(0, equals);
      if (!path.startsWith("/") || equals == text.length() - 1) {
        throw BadValue.expected("a path and a folder such as /static/=assets", text);
      }
      if (path.replace("/", "").isEmpty()) {
        throw BadValue.because(
            "must leave paths to the app: /static/="
                + text.substring(equals + 1)
                + ", not "
                + Quoted.of(text));
      }
      try {
        return new FileMount(PREFIX.read(path), Path.of(text.substring(equals + 1)));
      } catch (InvalidPathException e) {
        throw BadValue.expected("a path and a folder such as /static/=assets", text);
      }
    }
  }
}
