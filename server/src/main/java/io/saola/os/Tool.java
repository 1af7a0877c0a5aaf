package io.saola.os;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.util.List;

/// Small programs of the system that answer at once.
public final class Tool {
  private Tool() {}

  /// What one of them has said.
  public record Result(int code, String out, String err) {}

  /// @throws IOException if there is no such program
  public static Result run(List<String> command) throws IOException {
    Process process =
        Children.start(new ProcessBuilder(command).redirectInput(new File("/dev/null")));
    try {
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
      return new Result(process.waitFor(), out, err);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
