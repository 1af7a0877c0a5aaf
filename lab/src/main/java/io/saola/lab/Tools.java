package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Programs of the system: where they are and what they say.
final class Tools {
  private static final Pattern SEPARATOR = Pattern.compile(":");

  /// What a program answered.
  record Answer(int exit, String output) {
    String firstLine() {
      return output.lines().findFirst().orElse("").strip();
    }

    String lastLine() {
      return output.lines().reduce("", (_, line) -> line).strip();
    }
  }

  private Tools() {}

  static Optional<Path> find(String name) {
    return SEPARATOR
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder).resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static Path required(String program, String debianPackage) throws LabException {
    return find(program)
        .orElseThrow(
            () -> new LabException(program + " is missing: apt-get install " + debianPackage));
  }

  /// Runs a short command to its end. One that cannot be started answers 127, as in a shell.
  static Answer run(List<String> command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      try (var output = process.inputReader()) {
        String text = output.readAllAsString();
        return new Answer(process.waitFor(), text);
      }
    } catch (IOException e) {
      return new Answer(127, String.valueOf(e.getMessage()));
    }
  }
}
