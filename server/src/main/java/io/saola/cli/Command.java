package io.saola.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What `saola` can be told to do.
enum Command {
  SERVE("[TARGET] [FLAGS]", "Serve an app."),
  CHECK("[TARGET] [FLAGS]", "Show every setting and where its value comes from."),
  STATUS("[--json] [--server SERVER]", "Show how a running server is."),
  PS("[--files] [--json] [--server SERVER]", "Show its workers, or what is open."),
  STACK("SLOT [--server SERVER]", "Show what a worker is doing."),
  RELOAD("[--server SERVER]", "Load the app anew, without a gap."),
  RECYCLE("SLOT|all [--server SERVER]", "Replace workers by new ones."),
  SCALE("N [--server SERVER]", "Change the number of workers."),
  UPGRADE("[--server SERVER]", "Replace the server itself, without a gap."),
  STOP("[--server SERVER]", "Stop a server when its requests have ended."),
  DEMO("[FLAGS]", "Prepare and serve a small Django site."),
  HELP("[COMMAND]", "Show what a command can do.");

  private final String usage;
  private final String doc;

  Command(String usage, String doc) {
    this.usage = usage;
    this.doc = doc;
  }

  /// As it is typed.
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  String usage() {
    return text() + " " + usage;
  }

  String doc() {
    return doc;
  }

  static @Nullable Command of(String text) {
    for (Command command : values()) {
      if (command.text().equals(text)) {
        return command;
      }
    }
    return null;
  }

  static List<String> names() {
    List<String> names = new ArrayList<>();
    for (Command command : values()) {
      names.add(command.text());
    }
    return names;
  }
}
