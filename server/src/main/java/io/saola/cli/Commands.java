package io.saola.cli;

import io.saola.boot.Identity;
import io.saola.boot.Server;
import io.saola.control.Servers;
import io.saola.settings.Reading;
import io.saola.settings.Settings;
import io.saola.settings.SettingsException;
import io.saola.settings.Sources;
import io.saola.settings.Suggestion;
import io.saola.settings.Version;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/// Does what the command line says, and gives back the exit code.
///
/// What is wrong with it is said on standard error, one line for each problem.
final class Commands {
  private final PrintStream out;
  private final PrintStream err;
  private final Sources sources;
  private final List<String> words;

  /// @param sources its arguments begin with the command
  Commands(PrintStream out, PrintStream err, Sources sources) {
    this.out = out;
    this.err = err;
    this.sources = sources;
    this.words = sources.arguments();
  }

  int run() throws IOException, InterruptedException {
    if (words.isEmpty()) {
      Help.overview(err);
      return Exit.USAGE;
    }
    String first = words.getFirst();
    return switch (first) {
      case "--help", "-h" -> help(List.of());
      case "--version", "-V" -> version();
      default -> {
        Command command = Command.of(first);
        yield command == null ? unknown(first) : run(command, words.subList(1, words.size()));
      }
    };
  }

  private int version() {
    out.println("saola " + Version.TEXT + " on Java " + System.getProperty("java.version"));
    return Exit.OK;
  }

  private int unknown(String word) {
    String what;
    if (word.startsWith("-")) {
      what = word + ": a command comes first; did you mean saola serve " + word + " …?";
    } else if (word.indexOf(':') > 0) {
      what = word + ": a command comes first; did you mean saola serve " + word + "?";
    } else {
      what = word + ": there is no such command" + Suggestion.hint(word, Command.names());
    }
    return refuse(List.of(what + " (saola --help lists all)"));
  }

  private int run(Command command, List<String> rest) throws IOException, InterruptedException {
    if (asksForHelp(rest)) {
      Help.command(command, out);
      return Exit.OK;
    }
    Sources given = new Sources(rest, sources.environment(), sources.folder());
    try {
      return switch (command) {
        case SERVE -> serve(given);
        case CHECK -> check(Settings.examine(given));
        case DEMO -> new Demo(out, given, Home.folder()).run();
        case STATUS, PS, STACK, RELOAD, RECYCLE, SCALE, UPGRADE, STOP ->
            new Remote(out, err, Servers.of(sources.environment())).run(command, rest);
        case HELP -> help(rest);
      };
    } catch (SettingsException e) {
      return refuse(e.problems());
    }
  }

  private static int serve(Sources given) {
    Reading reading = Settings.examine(given);
    Identity.assume(reading.settings(), Home.folder());
    return Server.run(given, reading, Home.folder());
  }

  private static boolean asksForHelp(List<String> rest) {
    for (String word : rest) {
      if (word.equals("--")) {
        return false;
      }
      if (word.equals("--help") || word.equals("-h")) {
        return true;
      }
    }
    return false;
  }

  private int help(List<String> rest) {
    if (rest.isEmpty()) {
      Help.overview(out);
      return Exit.OK;
    }
    Command command = Command.of(rest.getFirst());
    if (command == null) {
      return unknown(rest.getFirst());
    }
    Help.command(command, out);
    return Exit.OK;
  }

  private int check(Reading reading) {
    out.print(CheckTable.of(reading.effective()));
    out.flush();
    if (reading.problems().isEmpty()) {
      return Exit.OK;
    }
    return refuse(reading.problems());
  }

  private int refuse(List<String> problems) {
    for (String problem : problems) {
      err.println("saola: " + problem);
    }
    return Exit.USAGE;
  }
}
