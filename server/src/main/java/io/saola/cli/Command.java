package io.saola.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What `saola` can be told to do.
enum Command {
  SERVE("[TARGET] [FLAGS]", "Serve an app."),
  CHECK("[TARGET] [FLAGS]", "Show every setting and where its value comes from."),
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
