package io.saola.cli;

import io.saola.settings.SettingsException;
import io.saola.settings.Suggestion;
import java.util.ArrayList;
import java.util.List;

/// What follows a command to a running server.
///
/// @param server as it was given, empty if it was not
/// @param argument the slot or number, empty for a command that has none
record RemoteWords(String server, boolean json, boolean files, String argument) {
  private static final String SERVER = "--server";
  private static final String JSON = "--json";
  private static final String FILES = "--files";

  /// @throws SettingsException with a line for each word that is wrong
  static RemoteWords parse(Command command, List<String> words) {
    List<String> problems = new ArrayList<>();
    List<String> known = known(command);
    List<String> arguments = new ArrayList<>();
    String server = "";
    List<String> given = new ArrayList<>();
    for (int at = 0; at < words.size(); at++) {
      String word = words.get(at);
      if (word.startsWith(SERVER + "=")) {
        server = word.substring(SERVER.length() + 1);
      } else if (word.equals(SERVER)) {
        if (++at == words.size()) {
          problems.add(SERVER + ": needs a value, a PID or a path");
        } else {
          server = words.get(at);
        }
      } else if (known.contains(word)) {
        given.add(word);
      } else if (word.startsWith("-")) {
        problems.add(word + ": there is no such flag" + Suggestion.hint(word, known));
      } else {
        arguments.add(word);
      }
    }
    String argument = argument(command, arguments, problems);
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    return new RemoteWords(server, given.contains(JSON), given.contains(FILES), argument);
  }

  private static List<String> known(Command command) {
    return switch (command) {
      case STATUS -> List.of(SERVER, JSON);
      case PS -> List.of(SERVER, JSON, FILES);
      default -> List.of(SERVER);
    };
  }

  private static String argument(Command command, List<String> arguments, List<String> problems) {
    String wanted =
        switch (command) {
          case STACK -> "a slot, such as 0";
          case RECYCLE -> "a slot, such as 0, or all";
          case SCALE -> "a number of workers, such as 4";
          default -> "";
        };
    if (wanted.isEmpty()) {
      for (String argument : arguments) {
        problems.add(argument + ": saola " + command.text() + " takes no argument");
      }
      return "";
    }
    if (arguments.size() != 1) {
      problems.add("saola " + command.text() + " needs " + wanted);
      return "";
    }
    String argument = arguments.getFirst();
    boolean number = argument.matches("\\d{1,6}");
    if (!number && !(command == Command.RECYCLE && argument.equals("all"))) {
      problems.add(argument + ": must be " + wanted);
    }
    return argument;
  }
}
