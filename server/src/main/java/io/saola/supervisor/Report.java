package io.saola.supervisor;

import java.util.List;
import java.util.regex.Pattern;

/// A line from the keeper (PROTOCOL.md §12).
sealed interface Report {
  Pattern SPACE = Pattern.compile(" ");

  record Started(int pid, PythonVersion version) implements Report {}

  record FifoMade(String name) implements Report {}

  record MoldForked(int generation, int pid) implements Report {}

  record WorkerForked(int generation, int slot, int pid) implements Report {}

  record Promoted(int generation, int pid) implements Report {}

  record Unforked(int generation, int slot) implements Report {}

  record Exited(int pid, Role role, int generation, int slot, ExitStatus status)
      implements Report {}

  record Failed(String text) implements Report {}

  /// Reads one line, without its end.
  ///
  /// @throws IllegalArgumentException if no keeper says that
  static Report parse(String line) {
    if (line.startsWith("error ")) {
      return new Failed(line.substring("error ".length()));
    }
    List<String> fields = List.of(SPACE.split(line, -1));
    return switch (fields.getFirst() + "/" + fields.size()) {
      case "started/3" -> new Started(number(fields, 1), PythonVersion.parse(fields.get(2)));
      case "fifo/2" -> new FifoMade(fields.get(1));
      case "mold/3" -> new MoldForked(number(fields, 1), number(fields, 2));
      case "forked/4" -> new WorkerForked(number(fields, 1), number(fields, 2), number(fields, 3));
      case "promoted/3" -> new Promoted(number(fields, 1), number(fields, 2));
      case "unforked/3" -> new Unforked(number(fields, 1), number(fields, 2));
      case "exited/6" ->
          new Exited(
              number(fields, 1),
              Role.parse(fields.get(2)),
              number(fields, 3),
              number(fields, 4),
              new ExitStatus(number(fields, 5)));
      default -> throw new IllegalArgumentException("no report: " + line);
    };
  }

  private static int number(List<String> fields, int index) {
    return Integer.parseInt(fields.get(index));
  }
}
