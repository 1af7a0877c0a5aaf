package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Signals that Java cannot send.
final class Signal {
  private static final Path OWN_STATUS = Path.of("/proc/self/status");

  private Signal() {}

  /// Servers inherit what this process ignores, and Java then never learns of the signal.
  static void requireHangUp() throws IOException, LabException {
    if (ignoresHangUp(Files.readString(OWN_STATUS))) {
      throw new LabException(
          "SIGHUP is ignored here, so no server could be told to reload: start the lab without nohup");
    }
  }

  /// @param status as in `/proc/PID/status`: a mask with a bit for each signal, HUP's the lowest
  static boolean ignoresHangUp(String status) {
    return status
        .lines()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) & 1) != 0);
  }

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
