package io.saola.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A `saola` command, run as a process beside a server, and what came of it.
public record Ran(int exitCode, String out, String err) {
  private static final int LONGEST_SECONDS = 90;

  /// Asks this server, by its pid.
  public static Ran saola(SaolaProcess server, String... words) {
    return saola(server, server.pid(), words);
  }

  /// Asks the server with that pid, which has its runtime folder where `server` has its own.
  public static Ran saola(SaolaProcess server, long pid, String... words) {
    return saola(server, pid, Map.of(), words);
  }

  /// The same, and it was started with these variables in its environment.
  public static Ran saola(
      SaolaProcess server, long pid, Map<String, String> variables, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    Collections.addAll(all, "--server", Long.toString(pid));
    return anywhere(server, variables, all.toArray(String[]::new));
  }

  /// Asks whichever server there is.
  public static Ran anywhere(SaolaProcess server, String... words) {
    return anywhere(server, Map.of(), words);
  }

  private static Ran anywhere(SaolaProcess server, Map<String, String> variables, String... words) {
    Path out = null;
    Path err = null;
    try {
      out = Files.createTempFile("saola-out-", "");
      err = Files.createTempFile("saola-err-", "");
      List<String> command = SaolaProcess.java(null);
      Collections.addAll(command, words);
      ProcessBuilder builder = new ProcessBuilder(command);
      SaolaProcess.environment(builder.environment(), server.folder());
      builder.environment().putAll(variables);
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      Process process = builder.start();
      if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("it does not end: saola " + String.join(" ", words));
      }
      return new Ran(
          process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      delete(out);
      delete(err);
    }
  }

  private static void delete(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
