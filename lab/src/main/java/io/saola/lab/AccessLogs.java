package io.saola.lab;

import java.nio.file.Path;
import java.util.List;

/// `lab access-log`: what it costs to write a line for each request.
final class AccessLogs implements DuelSubject {
  private static final double MOST = 1.03;
  private static final String OFF = Peer.SAOLA;
  private static final String ON = Peer.SAOLA + "+log";
  private static final Question HELLO = new Question("hello", "/", "");

  private static final List<Side> SIDES =
      List.of(
          new Side(
              OFF,
              false,
              "no access log",
              (place, address) -> place.saola(address, "hello:app", List.of())),
          new Side(
              ON,
              false,
              "--access-logfile, a line in the combined format for each request",
              (place, address) ->
                  place.saola(
                      address,
                      "hello:app",
                      List.of(
                          "--access-logfile", place.folder().resolve("access.log").toString()))));

  @Override
  public String tool() {
    return "access-log";
  }

  @Override
  public String text() {
    return """
    Asks Saola for 12 bytes with an access log in a file and without one: requests per second, and
      the processor time of all processes for each.
    """;
  }

  @Override
  public List<Question> questions() {
    return List.of(HELLO);
  }

  @Override
  public List<Side> sides() {
    return SIDES;
  }

  @Override
  public void prepare(Path folder) {}

  @Override
  public List<String> findings(DuelResult result) {
    DuelResult.Figures off = result.figures(OFF, HELLO.label());
    DuelResult.Figures on = result.figures(ON, HELLO.label());
    return List.of(
        new Relation("CPU with the log <= 1.03 x without", on.cpu() / off.cpu(), MOST, "x")
            .verdict(),
        Relation.atLeast(
                "req/s with the log >= without / 1.03", on.rate() / off.rate(), 1 / MOST, "x")
            .verdict());
  }
}
