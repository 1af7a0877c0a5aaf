package io.saola.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A server to measure: how it is started, and what the reader of its figures must know.
///
/// @param name as in the table and in `--only`
/// @param packages what the lab's virtual environment must hold for it
/// @param twin whether it runs the ASGI twin of the app among servers that run the WSGI one
/// @param usual whether it is measured when nobody asks for it by name
/// @param note how it is set up, for the foot of the table
record Peer(
    String name,
    List<String> packages,
    boolean twin,
    boolean usual,
    String note,
    Function<Start, List<String>> command) {

  static final String SAOLA = "saola";
  static final String GRANIAN = "granian";
  static final String GUNICORN_SYNC = "gunicorn-sync";
  static final String UVICORN = "uvicorn";

  /// Where a server is started. The working directory is the folder of the apps.
  ///
  /// @param target the app, `module:attribute`
  /// @param saolaArgs further arguments for Saola alone
  record Start(
      Path home,
      Path bin,
      String address,
      String target,
      @Nullable Path accessLog,
      List<String> saolaArgs) {
    String port() {
      return address.substring(address.lastIndexOf(':') + 1);
    }

    String tool(String name) {
      return bin.resolve(name).toString();
    }
  }

  /// The name as the table shows it.
  String label() {
    return twin ? name + " (ASGI)" : name;
  }

  List<String> command(Start start) {
    return command.apply(start);
  }
}
