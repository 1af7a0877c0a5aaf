package io.saola.boot;

import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// What an operator is told about a file that would not do.
final class Failure {
  private Failure() {}

  /// One line. The JDK's own message may be the name of the file alone.
  static String text(Exception failure) {
    return switch (failure instanceof UncheckedIOException ? failure.getCause() : failure) {
      case null -> failure.toString();
      case AccessDeniedException denied ->
          System.getProperty("user.name") + " may not write " + denied.getFile();
      case NoSuchFileException missing -> "there is no folder for " + missing.getFile();
      case FileSystemException file -> file.getFile() + ": " + file.getReason();
      case Throwable other -> String.valueOf(other.getMessage());
    };
  }
}
