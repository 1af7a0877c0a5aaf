package io.saola.settings;

/// What to say to somebody who brings the command line of Gunicorn, or of Uvicorn or Granian.
final class ForeignFlags {
  private ForeignFlags() {}

  /// Half a sentence, or nothing.
  static String advice(String flag) {
    return switch (flag) {
      case "--preload", "--preload-app" -> "the app is always preloaded, see --load";
      case "-k", "--worker-class", "--interface" -> "the kind of app is found out by itself";
      case "-D", "--daemon" -> "let systemd or a container keep it running";
      case "-n", "--name" -> "process titles tell server, mold and workers apart by themselves";
      case "-R", "--enable-stdio-inheritance", "--capture-output" ->
          "what the app prints is always in the error log";
      case "--error-logfile", "--log-file" -> "the error log is standard error: redirect that";
      case "--limit-request-field_size" -> "--limit-request-fields-size limits all fields together";
      case "--host", "--port" -> "see --bind HOST:PORT";
      case "--reload" -> "reloading is not there yet";
      default -> "";
    };
  }
}
