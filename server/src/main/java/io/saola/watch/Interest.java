package io.saola.watch;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What matters in a folder and in those below it.
final class Interest {
  /// Every file: a folder of templates.
  static final Interest ALL = new Interest(name -> true, true);

  /// What Django, Flask and Jinja call folders of templates inside an app.
  private static final Set<String> TEMPLATES = Set.of("templates", "jinja2");

  /// Folders of others' code, and of what tools make.
  private static final Set<String> FOREIGN =
      Set.of("__pycache__", "node_modules", "site-packages", "dist-packages");

  private final Predicate<String> matches;
  private final boolean all;

  private Interest(Predicate<String> matches, boolean all) {
    this.matches = matches;
    this.all = all;
  }

  /// Python's source, what else these globs match, and what is in folders of templates.
  static Interest source(List<String> globs) {
    List<PathMatcher> matchers =
        globs.stream()
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    return new Interest(
        name ->
            name.endsWith(".py") || matchers.stream().anyMatch(glob -> glob.matches(Path.of(name))),
        false);
  }

  /// Whether a file of this name matters.
  boolean counts(String name) {
    return !isOfEditor(name) && matches.test(name);
  }

  /// What matters in a folder inside, if anything does.
  Optional<Interest> below(Path folder) {
    String name = String.valueOf(folder.getFileName());
    if (name.startsWith(".") || FOREIGN.contains(name) || isVirtualEnvironment(folder)) {
      return Optional.empty();
    }
    return Optional.of(TEMPLATES.contains(name) ? ALL : this);
  }

  Interest or(Interest other) {
    return other.all ? other : this;
  }

  private static boolean isVirtualEnvironment(Path folder) {
    return Files.exists(folder.resolve("pyvenv.cfg"));
  }

  /// What editors put beside a file while they save it: Vim's swap files and its test whether it
  /// may write (4913), backups, Emacs's locks, the first half of a safe write.
  private static boolean isOfEditor(String name) {
    return name.startsWith(".")
        || name.startsWith("#")
        || name.endsWith("~")
        || name.endsWith(".swp")
        || name.endsWith(".swx")
        || name.endsWith(".tmp")
        || name.endsWith(".pyc")
        || name.contains("___jb_")
        || name.equals("4913");
  }
}
