package io.saola.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A server to measure: how it is started, and what the reader of its figures must know.
///
/// @param name as in the table and in `--only`
/// @param packages what the lab's virtual environment must hold for it
/// @param note how it is set up, for the foot of the table
record Peer(
    String name,
    List<String> packages,
    Set<Trait> traits,
    String note,
    Function<Start, List<String>> command) {

  static final String SAOLA = "saola";
  static final String GRANIAN = "granian";
  static final String GUNICORN_SYNC = "gunicorn-sync";
  static final String UVICORN = "uvicorn";

  /// What sets a server apart from the others.
  enum Trait {
    /// Runs the ASGI twin of the app among servers that run the WSGI one.
    TWIN,

    /// Is measured only when somebody asks for it by name or for all.
    UNUSUAL,

    /// Serves one request at a time in each worker, whatever it is told: what waits takes a place.
    ONE_AT_A_TIME,

    /// Knows only one worker.
    ONE_WORKER,

    /// Stands behind nginx, which has to be installed.
    NGINX
  }

  /// Where a server is started. The working directory is the folder of the apps.
  ///
  /// @param target the app, `module:attribute`
  /// @param threads of a WSGI worker; 0 for as many as the server has by the roster
  /// @param scratch where it may keep files
  /// @param saolaArgs further arguments for Saola alone
  record Start(
      Path home,
      Path bin,
      String address,
      String target,
      int workers,
      int threads,
      Path scratch,
      @Nullable Path accessLog,
      List<String> saolaArgs) {
    String port() {
      return address.substring(address.lastIndexOf(':') + 1);
    }

    String tool(String name) {
      return bin.resolve(name).toString();
    }

    String count() {
      return Integer.toString(workers);
    }

    /// @param usual where the workload does not say how many
    String threads(int usual) {
      return Integer.toString(threads == 0 ? usual : threads);
    }

    /// The socket on which a server behind nginx listens.
    String socket() {
      return scratch.resolve("app.sock").toString();
    }
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  /// The name as the table shows it.
  String label() {
    return is(Trait.TWIN) ? name + " (ASGI)" : name;
  }

  /// Which kind of app it runs when those of the interface are measured.
  AppInterface runs(AppInterface appInterface) {
    return is(Trait.TWIN) ? AppInterface.ASGI : appInterface;
  }

  /// Whether it can do that at all.
  boolean can(Situation situation) {
    return situation.workload().has(runs(situation.appInterface()))
        && (situation.workers() == 1 || !is(Trait.ONE_WORKER))
        && !(situation.workload().waits() && is(Trait.ONE_AT_A_TIME));
  }

  List<String> command(Start start) {
    return command.apply(start);
  }
}
