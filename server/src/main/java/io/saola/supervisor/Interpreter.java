package io.saola.supervisor;

import io.saola.os.Children;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The program that the keeper, the mold and the workers run, and why one will not do.
final class Interpreter {
  /// Why the server cannot start.
  record Refusal(int exitCode, String message) {}

  /// A setting is wrong: EX_CONFIG of sysexits.h.
  static final int CONFIG = 78;

  private static final String LEAST = "3.10";
  private static final int PROBE_SECONDS = 5;
  private static final int ERRNO_MISSING = 2;
  private static final int ERRNO_ACCESS = 13;

  /// `error=2, No such file …` or `error: 2 (No such file …)`, by how far the JDK had come.
  private static final Pattern ERRNO = Pattern.compile("error[=:] ?(\\d+)(?:, | \\()([^)]*)");

  /// Works in every Python, 2 included. A free-threaded build has a `t` among its ABI flags.
  private static final String PROBE =
      "import sys; sys.stdout.write('saola %d.%d.%d/%s' % (sys.version_info[:3]"
          + " + (getattr(sys, 'abiflags', ''),)))";

  private static final Pattern PROBED =
      Pattern.compile("saola (\\d+\\.\\d+\\.\\d+)/(\\w*)", Pattern.DOTALL);

  private Interpreter() {}

  /// What `-c` is given to become the keeper. A free-threaded build leaves before that. The first
  /// entry of the path is the current folder, where an application may have its own `signal.py`.
  static String keeperCode(Plan plan) {
    return "import sys; 't' in getattr(sys, 'abiflags', '') and sys.exit(1); sys.path[:] = ["
        + literal(plan.workerSource().toAbsolutePath().toString())
        + "] + [entry for entry in sys.path if entry]; from saola_worker.keeper import main; main()";
  }

  static Refusal tooOld(Path python, PythonVersion version) {
    return new Refusal(
        CONFIG,
        "Python " + version + " (" + python + ") is too old: Saola needs " + LEAST + " or newer");
  }

  /// It could not even be started.
  static Refusal notStarted(Plan plan, IOException e) {
    if (!plan.chdir().toFile().isDirectory()) {
      return new Refusal(CONFIG, "there is no folder " + plan.chdir());
    }
    Matcher matcher = ERRNO.matcher(String.valueOf(e.getMessage()));
    String reason = matcher.find() ? matcher.group(2) : String.valueOf(e.getMessage());
    int errno = matcher.hasMatch() ? Integer.parseInt(matcher.group(1)) : 0;
    String python = plan.python().toString();
    if (errno == ERRNO_MISSING && !Files.exists(plan.python())) {
      return new Refusal(
          CONFIG,
          python.contains(File.separator)
              ? "there is no Python at " + python
              : "there is no " + python + " on the PATH");
    }
    String what =
        errno == ERRNO_ACCESS || errno == ERRNO_MISSING
            ? " cannot be executed: "
            : " is not a Python interpreter: ";
    return new Refusal(CONFIG, python + what + reason);
  }

  /// It was started, and ended before it had become a keeper: asks it once more who it is.
  static Refusal explain(Path python, ExitStatus status, List<String> lastWords) {
    Matcher probed = PROBED.matcher(probe(python));
    if (!probed.find()) {
      return new Refusal(CONFIG, python + " is not a Python interpreter");
    }
    PythonVersion version = PythonVersion.parse(probed.group(1));
    if (!version.isSupported()) {
      return tooOld(python, version);
    }
    if (probed.group(2).contains("t")) {
      return new Refusal(
          CONFIG,
          "Python "
              + version
              + " ("
              + python
              + ") is a free-threaded build, which Saola does not support yet");
    }
    String last = lastWords.isEmpty() ? status.toString() : lastWords.getLast();
    return new Refusal(ExitStatus.PROTOCOL, "the keeper did not start: " + last);
  }

  private static String probe(Path python) {
    try {
      Process process =
          Children.start(
              new ProcessBuilder(python.toString(), "-S", "-c", PROBE)
                  .redirectInput(new File("/dev/null"))
                  .redirectError(ProcessBuilder.Redirect.DISCARD));
      if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      return new String(
          process.getInputStream().readNBytes(PROBE.length()), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /// A Python string literal in ASCII.
  private static String literal(String text) {
    StringBuilder literal = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
            literal.append(String.format("\\U%08x", c));
          } else {
            literal.appendCodePoint(c);
          }
        });
    return literal.append('"').toString();
  }
}
