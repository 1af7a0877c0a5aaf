package io.saola.cli;

import io.saola.settings.Sources;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Where the process starts, and the only place that ends it.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    int code;
    try {
      Sources sources =
          new Sources(List.of(arguments), System.getenv(), Path.of("").toAbsolutePath());
      code = new Commands(out, err, sources).run();
    } catch (Throwable e) {
      code = Exit.INTERNAL;
      err.println(
          "saola: internal error: " + e + " (please report; SAOLA_DEBUG=1 shows the stack)");
      if (System.getenv("SAOLA_DEBUG") != null) {
        e.printStackTrace(err);
      }
    }
    out.flush();
    System.exit(code);
  }

  /// Help and problems hold characters that the platform's encoding may not have.
  private static PrintStream utf8(FileDescriptor to) {
    return new PrintStream(new FileOutputStream(to), true, StandardCharsets.UTF_8);
  }
}
