package io.saola.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Writes `docs/settings.md` from the declarations; its `main` is run by hand when they change.
final class SettingsPage {
  static final Path FILE = Path.of("../docs/settings.md");

  private SettingsPage() {}

  public static void main(String[] arguments) throws IOException {
    Files.writeString(FILE, markdown());
  }

  static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # Settings

            <!-- Made from the declarations in io.saola.settings by the class SettingsPage. -->

            Each setting has one name in three spellings: the flag `--graceful-timeout`, the variable
            `SAOLA_GRACEFUL_TIMEOUT`, and the key `graceful-timeout` in `saola.toml` or under `[tool.saola]` in
            `pyproject.toml`. Where several sources name a value, the strongest counts, in this order:

            1. flags
            2. `SAOLA_*` variables (an empty one counts as not set)
            3. `saola.toml` in the folder served from
            4. `[tool.saola]` in the `pyproject.toml` there (with `--config FILE`, that file instead of 3 and 4)
            5. `WEB_CONCURRENCY` for `workers`, and `PORT` for `bind` (`0.0.0.0:$PORT`)
            6. defaults

            `saola check` shows what is in force and where it comes from. What is unknown or wrong is refused, all
            of it at once, with exit code 78.

            A **TIME** is `500ms`, `30s`, `2m` or `1h`; a bare number is seconds. A **SIZE** is `64K`, `10M` or `1G`;
            a bare number is bytes. What is `on` or `off` may also be `true`, `yes` or `1`, `false`, `no` or `0`;
            a flag without a value means `on`. Relative paths start from the folder served from (`--chdir`), those of `chdir`,
            `config` and `python` themselves from where they are written: the working folder, or the file's.
            """);
    for (Section section : Settings.SECTIONS) {
      page.append("\n## ").append(section.title()).append("\n\n");
      page.append("| Setting | Default | |\n|---|---|---|\n");
      for (Setting<?> setting : section.settings()) {
        page.append("| ").append(names(setting)).append(" | ").append(fallback(setting));
        page.append(" | ").append(setting.doc()).append(" |\n");
      }
    }
    return page.append("\nWhat the log formats say is in [logs.md](logs.md).\n").toString();
  }

  private static String names(Setting<?> setting) {
    if (setting.isArgument()) {
      return "`" + setting.metavar() + "` (argument; key `" + setting.key() + "`)";
    }
    String letter = setting.shortFlag().isEmpty() ? "" : "`" + setting.shortFlag() + "`, ";
    return letter + "`" + (setting.flag() + " " + setting.metavar()).strip() + "`";
  }

  private static String fallback(Setting<?> setting) {
    return setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
  }
}
