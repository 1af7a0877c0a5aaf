package io.saola.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `lab static`: files by Saola beside one process of nginx.
final class StaticFiles implements DuelSubject {
  private static final double RATE = 0.8;
  private static final double CPU = 1.2;
  private static final String NGINX = "nginx";

  private static final List<Question> QUESTIONS =
      List.of(
          new Question("1k", "/static/1k.css", ""),
          new Question("100k", "/static/100k.js", ""),
          new Question("10m", "/static/10m.bin", ""));

  /// Else it would end a connection after 1000 requests, and the load would be new connections.
  private static final String KEEPS = "keepalive_requests 1000000000";

  private static final List<Side> SIDES =
      List.of(
          new Side(
              Peer.SAOLA,
              false,
              "--static, one worker, which has nothing to do",
              (place, address) ->
                  place.saola(
                      address,
                      "hello:app",
                      List.of("--static", "/static/=" + files(place.folder())))),
          new Side(
              NGINX,
              true,
              "one worker process, sendfile and tcp_nopush on, access_log off, connections kept",
              (place, address) -> nginx(place).files(address, place.folder(), List.of(KEEPS))),
          new Side(
              NGINX + "+cache",
              true,
              "the same, which remembers open files for a second, as Saola remembers where they are",
              (place, address) ->
                  nginx(place)
                      .files(
                          address,
                          place.folder(),
                          List.of(KEEPS, "open_file_cache max=100", "open_file_cache_valid 1s"))));

  @Override
  public String tool() {
    return "static";
  }

  @Override
  public String text() {
    return """
    Asks Saola (--static) and nginx with one worker process for files of 1 KB, 100 KB and 10 MB on
      kept connections: requests per second, and the processor time of all processes for each.
    """;
  }

  @Override
  public List<Question> questions() {
    return QUESTIONS;
  }

  @Override
  public List<Side> sides() {
    return SIDES;
  }

  @Override
  public void prepare(Path folder) throws IOException {
    Path files = Files.createDirectories(files(folder));
    Files.write(files.resolve("1k.css"), bytes(1024));
    Files.write(files.resolve("100k.js"), bytes(100 * 1024));
    Files.write(files.resolve("10m.bin"), bytes(10 * 1024 * 1024));
  }

  @Override
  public List<String> findings(DuelResult result) {
    List<String> findings = new ArrayList<>();
    for (Question question : QUESTIONS) {
      String what = question.label();
      if (result.has(Peer.SAOLA, what)) {
        DuelResult.Figures saola = result.figures(Peer.SAOLA, what);
        DuelResult.Figures nginx = result.figures(NGINX, what);
        findings.add(
            Relation.atLeast(
                    what + ": req/s >= " + RATE + " x nginx",
                    saola.rate() / nginx.rate(),
                    RATE,
                    "x")
                .verdict());
        findings.add(
            new Relation(
                    what + ": CPU per request <= " + CPU + " x nginx",
                    saola.cpu() / nginx.cpu(),
                    CPU,
                    "x")
                .verdict());
      }
    }
    return findings;
  }

  private static Path files(Path folder) {
    return folder.resolve("static");
  }

  private static Nginx nginx(Place place) {
    return new Nginx(place.nginx() == null ? Path.of(NGINX) : place.nginx(), place.folder());
  }

  private static byte[] bytes(int length) {
    return "0123456789abcdef".repeat(length / 16).getBytes(US_ASCII);
  }
}
