package io.saola.cli;

import io.saola.settings.Section;
import io.saola.settings.Setting;
import io.saola.settings.Settings;
import java.io.PrintStream;

/// The help texts. What settings there are, their declarations say.
final class Help {
  private static final int WIDTH = 80;
  private static final int COLUMN = 26;

  private Help() {}

  static void overview(PrintStream out) {
    StringBuilder text = new StringBuilder();
    text.append("Saola serves Python web applications.\n\nUsage: saola COMMAND …\n\n");
    for (Command command : Command.values()) {
      entry(text, command.usage(), command.doc());
    }
    text.append('\n');
    entry(text, "--version", "Show which Saola this is.");
    text.append(
        """

        Examples:
          saola demo                            a Django site, ready to try
          saola serve                           the app in this folder
          saola serve mysite.wsgi -w 4 -b :80   four workers, all addresses
          saola help serve                      every flag
          saola status                          how the running server is
        """);
    out.print(text);
  }

  static void command(Command command, PrintStream out) {
    StringBuilder text = new StringBuilder();
    text.append("Usage: saola ").append(command.usage()).append("\n\n");
    switch (command) {
      case SERVE -> serve(text);
      case CHECK ->
          text.append(
              """
              Shows every setting, its value and where that comes from, and all problems at
              once. Serves nothing. Takes what saola serve takes; see saola help serve.

              Exit code 0, or 78 if there are problems.
              """);
      case DEMO ->
          text.append(
              """
              Prepares a small Django site on SQLite under .saola/demo (the first time, that
              needs a minute and a network) and serves it on http://127.0.0.1:8000 from four
              workers.

                --port N                the same as --bind 127.0.0.1:N

              Also takes the flags of saola serve, such as -w 2 or -b 127.0.0.1:9000.
              """);
      case STATUS, PS, STACK, RELOAD, RECYCLE, SCALE, UPGRADE, STOP ->
          text.append(RemoteHelp.of(command));
      case HELP -> text.append("Shows what a command can do, or lists the commands.\n");
    }
    out.print(text);
  }

  private static void serve(StringBuilder text) {
    text.append(
        """
        Serves a WSGI or ASGI app. Flags have the names that Gunicorn and Uvicorn use
        where they mean the same.
        """);
    for (Section section : Settings.SECTIONS) {
      text.append('\n').append(section.title()).append(":\n");
      for (Setting<?> setting : section.settings()) {
        String names =
            setting.isArgument()
                ? setting.metavar()
                : (setting.shortFlag().isEmpty() ? "    " : setting.shortFlag() + ", ")
                    + setting.flag()
                    + (setting.metavar().isEmpty() ? "" : " " + setting.metavar());
        entry(text, names, setting.doc() + fallback(setting));
      }
    }
    text.append(
        """

        TIME is 500ms, 30s, 2m or 1h; a bare number is seconds. SIZE is 64K, 10M or 1G;
        a bare number is bytes.

        Each of these can also be set in the environment (SAOLA_WORKERS=4), in
        saola.toml (workers = 4), or under [tool.saola] in pyproject.toml. Flags are
        strongest, then the environment, then saola.toml, then pyproject.toml. What is
        in force and why, saola check shows.

        Examples:
          saola serve                                 finds the app in this folder
          saola serve mysite.wsgi:application -w 4    four workers
          saola serve app:app --chdir site -b :8080   from another folder, all addresses
          saola serve -b unix:/run/site.sock          behind nginx
          saola serve --access-logfile -              one line per request

        Exit code 0 after a stop, 3 if the app could not be loaded, 69 if an address
        cannot be had, 78 if settings are wrong.
        """);
  }

  private static String fallback(Setting<?> setting) {
    String text = setting.fallback();
    if (text.length() > WIDTH - COLUMN) {
      text = text.replace(",", ", "); // so that a long list can go on in the next line
    }
    return text.isEmpty() ? "" : " Default: " + text;
  }

  /// Two columns; a long left one has its line for itself.
  private static void entry(StringBuilder text, String left, String right) {
    text.append("  ").append(left);
    int column = left.length() + 2;
    if (column + 2 > COLUMN) {
      text.append('\n');
      column = 0;
    }
    pad(text, COLUMN - column);
    column = COLUMN;
    boolean first = true;
    int at = 0;
    while (at < right.length()) {
      int end = right.indexOf(' ', at);
      String word = right.substring(at, end < 0 ? right.length() : end);
      if (!first && column + 1 + word.length() > WIDTH) {
        text.append('\n');
        pad(text, COLUMN);
        column = COLUMN;
      } else if (!first) {
        text.append(' ');
        column++;
      }
      text.append(word);
      column += word.length();
      first = false;
      at += word.length() + 1;
    }
    text.append('\n');
  }

  private static void pad(StringBuilder text, int count) {
    for (int i = 0; i < count; i++) {
      text.append(' ');
    }
  }
}
