package io.saola.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `lab compress`: what it costs to compress answers, and what it saves.
final class CompressedAnswers implements DuelSubject {
  private static final String SMALL = "1k";
  private static final String LARGE = "51k";
  private static final List<String> CODINGS = List.of("gzip", "br", "zstd");
  private static final double SMALL_MICROS = 5;

  /// Megabytes of JSON that one core compresses in a second.
  private static final double LARGE_RATE = 300;

  private static final List<Side> SIDES =
      List.of(
          new Side(
              Peer.SAOLA,
              false,
              "its defaults; the client accepts one coding, or none",
              (place, address) -> place.saola(address, "json_pages:app", List.of())));

  @Override
  public String tool() {
    return "compress";
  }

  @Override
  public String text() {
    return """
    Asks Saola for JSON of 1 KB and of 51 KB, as it is and compressed with gzip, br and zstd: what
      is sent, and the processor time of all processes for each answer.
    """;
  }

  @Override
  public List<Question> questions() {
    List<Question> questions = new ArrayList<>();
    for (String size : List.of(SMALL, LARGE)) {
      String path = size.equals(SMALL) ? "/small" : "/large";
      questions.add(new Question(size, path, ""));
      CODINGS.forEach(coding -> questions.add(new Question(label(size, coding), path, coding)));
    }
    return questions;
  }

  @Override
  public List<Side> sides() {
    return SIDES;
  }

  @Override
  public void prepare(Path folder) {}

  @Override
  public List<String> findings(DuelResult result) {
    List<String> findings = new ArrayList<>();
    for (String size : List.of(SMALL, LARGE)) {
      for (String coding : CODINGS) {
        if (result.has(Peer.SAOLA, size) && result.has(Peer.SAOLA, label(size, coding))) {
          findings.add(finding(result, size, coding));
        }
      }
    }
    return findings;
  }

  private static String finding(DuelResult result, String size, String coding) {
    double further = further(result, size, coding);
    String what = ratio(result, size, coding);
    if (size.equals(SMALL)) {
      return new Relation(what + "; further CPU", further, SMALL_MICROS, "us").verdict();
    }
    double perCore = result.figures(Peer.SAOLA, size).bytes() / further;
    // Only of zstd, which is what is preferred.
    return coding.equals("zstd")
        ? Relation.atLeast(what + "; per core", perCore, LARGE_RATE, "MB/s").verdict()
        : String.format(Locale.ROOT, "%s; per core: %.2f MB/s", what, perCore);
  }

  /// Microseconds of all processes that an answer takes more than one that is not compressed, with
  /// what is saved by sending less.
  private static double further(DuelResult result, String size, String coding) {
    return result.figures(Peer.SAOLA, label(size, coding)).cpu()
        - result.figures(Peer.SAOLA, size).cpu();
  }

  private static String ratio(DuelResult result, String size, String coding) {
    double plain = result.figures(Peer.SAOLA, size).bytes();
    double coded = result.figures(Peer.SAOLA, label(size, coding)).bytes();
    return String.format(
        Locale.ROOT,
        "%s: %.0f bytes become %.0f (%.2f)",
        label(size, coding),
        plain,
        coded,
        coded / plain);
  }

  private static String label(String size, String coding) {
    return size + "-" + coding;
  }
}
