package io.saola.settings;

/// What to say to somebody who brings Gunicorn's command line along.
final class GunicornFlags {
  private GunicornFlags() {}

  /// Half a sentence, or nothing.
  static String advice(String flag) {
    return switch (flag) {
      case "--preload", "--preload-app" -> "the app is always preloaded, see --load";
      case "-k", "--worker-class" -> "the kind of app is found out by itself";
      case "-D", "--daemon" -> "let systemd or a container keep it running";
      case "-n", "--name" -> "process titles tell server, mold and workers apart by themselves";
      case "-R", "--enable-stdio-inheritance", "--capture-output" ->
          "what the app prints is always in the error log";
      case "--error-logfile", "--log-file" -> "the error log is standard error: redirect that";
      case "--limit-request-field_size" -> "--limit-request-fields-size limits all fields together";
      default -> "";
    };
  }
}
