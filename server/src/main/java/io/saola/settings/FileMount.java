package io.saola.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A folder whose files are found below a path.
///
/// @param prefix `/…/`
public record FileMount(String prefix, Path folder) {
  /// What the app says itself (`--static auto`).
  static final FileMount AUTO = new FileMount("", Path.of(""));

  /// A folder below a path that somebody else than the operator has named.
  ///
  /// @return null if it is no path, or leaves none to the app
  public static @Nullable FileMount below(String path, Path folder) {
    try {
      return path.replace("/", "").isEmpty()
          ? null
          : new FileMount(Notation.PREFIX.read(path), folder);
    } catch (BadValue e) {
      return null;
    }
  }

  /// How it is written: `/static/=FOLDER`, also without the last slash of the path.
  ///
  /// @param orAuto whether it may also be `auto`
  record Notation(boolean orAuto) implements Form<FileMount> {
    private static final Prefix PREFIX = new Prefix(true);

    @Override
    public FileMount read(String text) throws BadValue {
      if (orAuto && text.equals("auto")) {
        return AUTO;
      }
      int equals = text.indexOf('=');
      String path = equals < 0 ? "" : text.substring(0, equals);
      if (!path.startsWith("/") || equals == text.length() - 1) {
        throw expected(text);
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
        throw expected(text);
      }
    }

    private BadValue expected(String text) {
      String form = "a path and a folder such as /static/=assets";
      return BadValue.expected(orAuto ? form + ", or auto" : form, text);
    }
  }
}
