package io.saola.lab;

import java.util.List;

/// The command line asks for something that does not exist. Carries every problem found.
final class UsageException extends Exception {
  private final List<String> problems;

  UsageException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  List<String> problems() {
    return problems;
  }
}
