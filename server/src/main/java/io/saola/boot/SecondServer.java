package io.saola.boot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.saola.control.ControlSocket;
import io.saola.control.RefusedException;
import io.saola.os.Children;
import io.saola.os.ThisProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Starts this program once more, with the same arguments, environment and folder.
///
/// It goes through the launcher, so that a new version of Saola is what starts.
final class SecondServer {
  private static final String MAIN = "io.saola.cli.Main";
  private static final String LAUNCHER = "-Dsaola.launcher=";
  private static final String FLAG = "--take-over";
  private static final String VARIABLE = "SAOLA_TAKE_OVER";

  /// A session of its own: no terminal of ours, and no end of ours, is its business. Words come in
  /// hex, since the JDK would have its own idea of their encoding.
  private static final String IN_SESSION =
      "import os, sys; os.setsid(); words = [bytes.fromhex(word) for word in sys.argv[1:]];"
          + " os.execv(words[0], words)";

  private final Path python;

  /// @param python any interpreter
  SecondServer(Path python) {
    this.python = python;
  }

  /// @param folder the runtime folder of this server, whose place it takes
  /// @throws RefusedException if this server is one that cannot be replaced
  Process start(Path folder) throws IOException, RefusedException {
    if (ProcessHandle.current().pid() == 1) {
      throw new RefusedException(
          "this server is the first process of a container, which ends with it: start another"
              + " container, or see saola reload for a new version of the app");
    }
    List<String> command = new ArrayList<>(List.of(python.toString(), "-S", "-c", IN_SESSION));
    for (String word : again(ThisProcess.words())) {
      command.add(HexFormat.of().formatHex(word.getBytes(ISO_8859_1)));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put(VARIABLE, folder.resolve(ControlSocket.NAME).toString());
    builder.environment().remove("WATCHDOG_PID"); // from its turn on the watchdog is its own
    return Children.start(builder);
  }

  /// @param words of the running java, with its options and main class, each character a byte
  /// @return what starts the same once more: by the launcher, if that has started it
  static List<String> again(List<String> words) throws RefusedException {
    int main = words.indexOf(MAIN);
    if (main < 0) {
      throw new RefusedException("it cannot be seen how this server was started");
    }
    List<String> again = new ArrayList<>(words.subList(0, main + 1));
    for (String word : words.subList(0, main)) {
      if (word.startsWith(LAUNCHER)) {
        again = new ArrayList<>(List.of(word.substring(LAUNCHER.length())));
      }
    }
    again.removeIf(word -> word.startsWith("-Dsaola.started="));
    for (int at = main + 1; at < words.size(); at++) {
      String word = words.get(at);
      if (word.equals(FLAG)) {
        at++; // whose place this server has taken is history
      } else if (!word.startsWith(FLAG + "=")) {
        again.add(word);
      }
    }
    return again;
  }

  /// For the operator. What led to it, the process itself has said in the log.
  static String explain(int exitCode) {
    String what =
        switch (exitCode) {
          case 0 -> "it was told to stop";
          case 3 -> "the app could not be loaded";
          case Addresses.UNAVAILABLE -> "an address cannot be had";
          case 78 -> "its settings are wrong";
          default -> exitCode > 128 ? "signal " + (exitCode - 128) : "exit code " + exitCode;
        };
    return "the new server has ended before it was ready: " + what + "; the log has the rest";
  }
}
