package io.saola.lab;

import java.util.List;

/// Signals that Java cannot send.
final class Signal {
  private Signal() {}

  static void hangUp(ProcessHandle process) throws InterruptedException, LabException {
    // A number is given out again once its process is gone, perhaps to somebody else's.
    if (!process.isAlive()) {
      throw new LabException("process " + process.pid() + " has ended");
    }
    Tools.Answer answer =
        Tools.run(List.of("sh", "-c", "kill -HUP \"$1\"", "sh", Long.toString(process.pid())));
    if (answer.exit() != 0) {
      throw new LabException("no signal: " + answer.lastLine());
    }
  }
}
