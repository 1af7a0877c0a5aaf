package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Debian's nginx with a configuration of the lab's own: beside Saola, or before another server.
/// What is not said in it is nginx's default.
///
/// @param program where it is
/// @param folder below which it keeps all that it writes
record Nginx(Path program, Path folder) {
  /// Not on everybody's path.
  private static final Path DEBIAN = Path.of("/usr/sbin/nginx");

  static Optional<Path> find() {
    return Tools.find("nginx").or(() -> Optional.of(DEBIAN).filter(Files::isExecutable));
  }

  /// `nginx 1.22.1`.
  static String version(Path program) throws InterruptedException {
    String line = Tools.run(List.of(program.toString(), "-v")).firstLine();
    return "nginx " + line.substring(line.indexOf('/') + 1).strip();
  }

  /// Sends the files of a folder, with one process that works.
  List<String> files(String address, Path root, List<String> more) throws IOException {
    List<String> server = new ArrayList<>(List.of("listen " + address, "root \"" + root + "\""));
    server.addAll(more);
    return command(
        configure("files", 1, List.of("sendfile on", "tcp_nopush on"), List.of(block(server))));
  }

  /// A server behind it, on a Unix socket; both end together.
  ///
  /// @param processes that work; 0 for one on each core, as Debian has it
  List<String> before(
      String address, Path backend, int processes, List<String> serverCommand, Path script)
      throws IOException {
    String app = "proxy_pass http://app; proxy_set_header Host $http_host";
    return before(address, backend, processes, app, List.of("sendfile on"), serverCommand, script);
  }

  /// The same for a load that is to be measured: without what its defaults would spoil, which is
  /// that a connection ends after 1000 requests and an answer of 100 KB goes through a file.
  ///
  /// @param uwsgi whether the server speaks the uwsgi protocol
  List<String> beforeMeasured(
      String address,
      Path backend,
      int processes,
      boolean uwsgi,
      List<String> serverCommand,
      Path script)
      throws IOException {
    String kind = uwsgi ? "uwsgi" : "proxy";
    String app =
        uwsgi
            ? "uwsgi_pass app; include /etc/nginx/uwsgi_params"
            : "proxy_pass http://app; proxy_set_header Host $http_host";
    List<String> http = List.of("keepalive_requests 1000000000", kind + "_buffers 16 16k");
    return before(address, backend, processes, app, http, serverCommand, script);
  }

  private List<String> before(
      String address,
      Path backend,
      int processes,
      String app,
      List<String> http,
      List<String> serverCommand,
      Path script)
      throws IOException {
    String upstream = "upstream app { server unix:" + backend + " fail_timeout=0; }";
    String location = "location / { " + app + "; client_max_body_size 1g; }";
    Path file =
        configure(
            "front",
            processes,
            http,
            List.of(upstream, "server { listen " + address + "; " + location + " }"));
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(command(file));
    command.add("--");
    command.addAll(serverCommand);
    return command;
  }

  private List<String> command(Path configuration) {
    return List.of(program.toString(), "-p", folder.toString(), "-c", configuration.toString());
  }

  private static String block(List<String> directives) {
    return "server { " + String.join("; ", directives) + "; }";
  }

  private Path configure(String name, int processes, List<String> http, List<String> blocks)
      throws IOException {
    StringBuilder out = new StringBuilder();
    List<String> main = new ArrayList<>();
    if (System.getProperty("user.name", "").equals("root")) {
      // Else its workers would be www-data, who may not read a checkout in root's home.
      main.add("user root");
    }
    main.add("daemon off");
    main.add("pid " + folder.resolve(name + ".pid"));
    main.add("error_log stderr warn");
    main.add("worker_processes " + (processes == 0 ? "auto" : Integer.toString(processes)));
    main.forEach(line -> out.append(line).append(";\n"));
    out.append("events { worker_connections 8192; }\nhttp {\n");
    List<String> lines =
        new ArrayList<>(List.of("include /etc/nginx/mime.types", "access_log off"));
    for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
      lines.add(
          String.format(Locale.ROOT, "%s_temp_path %s", kind, folder.resolve(name + "-" + kind)));
    }
    lines.addAll(http);
    lines.forEach(line -> out.append("  ").append(line).append(";\n"));
    blocks.forEach(block -> out.append("  ").append(block).append('\n'));
    Path file = folder.resolve(name + ".conf");
    Files.write(file, out.append("}\n").toString().getBytes(UTF_8));
    return file;
  }
}
