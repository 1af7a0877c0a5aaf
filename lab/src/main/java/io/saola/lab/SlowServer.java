package io.saola.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A row of `lab slow-clients`: a server, and how it is set up to bear them as well as it can.
enum SlowServer {
  GUNICORN("gunicorn-sync", "sync workers"),
  NGINX_GUNICORN(
      "nginx+gunicorn",
      "the same behind nginx, one process on each core, its defaults (proxy_buffering on)"),
  WAITRESS(
      "waitress",
      "one process with as many threads as others have workers, --connection-limit 4096,"
          + " --asyncore-use-poll"),
  UVICORN("uvicorn", "ASGI; httptools, uvloop"),
  GRANIAN("granian", "WSGI, --blocking-threads 1"),
  SAOLA(Peer.SAOLA, "WSGI, its defaults");

  private final String label;
  private final String note;

  SlowServer(String label, String note) {
    this.label = label;
    this.note = note;
  }

  /// Where one is started. The working directory is the folder of the apps.
  ///
  /// @param folder for what it writes
  /// @param nginx the program, if there is one
  record Place(
      Path home,
      Path bin,
      Path folder,
      @Nullable Path nginx,
      int workers,
      List<String> saolaArgs) {}

  String label() {
    return label;
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(SlowServer::label).toList();
  }

  /// What the lab's virtual environment must hold for it.
  List<String> packages() {
    return switch (this) {
      case GUNICORN, NGINX_GUNICORN -> List.of("gunicorn");
      case WAITRESS, GRANIAN -> List.of(label);
      case UVICORN -> List.of("uvicorn", "httptools", "uvloop");
      case SAOLA -> List.of();
    };
  }

  boolean needsNginx() {
    return this == NGINX_GUNICORN;
  }

  String note() {
    return note;
  }

  List<String> command(Place place, String address) throws IOException {
    String workers = Integer.toString(place.workers());
    String port = address.substring(address.lastIndexOf(':') + 1);
    return switch (this) {
      case GUNICORN -> gunicorn(place, address);
      case NGINX_GUNICORN -> {
        Path socket = place.folder().resolve("gunicorn.sock");
        yield new Nginx(Objects.requireNonNull(place.nginx()), place.folder())
            .before(
                address,
                socket,
                0,
                gunicorn(place, "unix:" + socket),
                place.home().resolve("lab/behind_nginx.sh"));
      }
      case WAITRESS ->
          List.of(
              tool(place, "waitress-serve"),
              "--listen=" + address,
              "--threads=" + workers,
              "--connection-limit=4096",
              "--asyncore-use-poll",
              "slow:app");
      case UVICORN -> {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(tool(place, "uvicorn"), "--workers", workers, "--port", port));
        command.addAll(List.of("--http", "httptools", "--loop", "uvloop", "--lifespan", "off"));
        command.addAll(List.of("--no-access-log", "--log-level", "warning", "asgi_slow:app"));
        yield command;
      }
      case GRANIAN -> {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(tool(place, "granian"), "--interface", "wsgi", "--workers"));
        command.addAll(List.of(workers, "--blocking-threads", "1", "--host", "127.0.0.1"));
        command.addAll(List.of("--port", port, "--no-access-log", "slow:app"));
        yield command;
      }
      case SAOLA -> {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(place.home().resolve("saola").toString(), "serve", "slow:app"));
        command.addAll(List.of("--chdir", place.home().resolve("lab/apps").toString()));
        command.addAll(List.of("-w", workers, "-b", address, "--python", tool(place, "python")));
        command.addAll(place.saolaArgs());
        yield command;
      }
    };
  }

  private static List<String> gunicorn(Place place, String address) {
    return List.of(
        tool(place, "gunicorn"),
        "-k",
        "sync",
        "-w",
        Integer.toString(place.workers()),
        "-b",
        address,
        "--no-control-socket",
        "slow:app");
  }

  private static String tool(Place place, String name) {
    return place.bin().resolve(name).toString();
  }
}
