package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.util.List;

/// Which answers are compressed, and how.
///
/// @param codings in the order of preference; none for no compression
/// @param level of whichever coding is used
/// @param minSize the least length of a body that is known
/// @param padding up to so many bytes of random length are added; 0 for none
public record CompressSettings(
    List<Coding> codings, int level, int minSize, List<MediaRange> types, int padding) {
  static final Section SECTION = new Section("Compression");

  static final Setting<List<Coding>> CODINGS =
      SECTION.one(
          "compress",
          NO_LETTER,
          "CODINGS",
          "zstd,br,gzip",
          new Coding.Choice(),
          "How answers are compressed, in the order of preference where a client likes several"
              + " equally: some of zstd, br and gzip with commas, or off.");

  static final Setting<Integer> LEVEL =
      SECTION.number(
          "compress-level",
          NO_LETTER,
          "1",
          1,
          9,
          "How hard it is tried: 1 is quickest, and for most pages nearly as small as 9.");

  static final Setting<Bytes> MIN_SIZE =
      SECTION.size(
          "compress-min-size",
          "500",
          0,
          1 << 30,
          "Least length of a body that is compressed; one whose length is not known always is.");

  static final Setting<MediaRange> TYPES =
      SECTION.many(
          "compress-types",
          NO_LETTER,
          "TYPES",
          "text/*,application/json,application/*+json,application/x-ndjson,application/javascript,"
              + "application/xml,application/*+xml,application/manifest+json,application/wasm,"
              + "image/svg+xml,image/bmp,font/ttf,font/otf",
          new MediaRange.Notation(),
          "Media types that are compressed; repeatable, or with commas; text/* does not mean text/event-stream,"
              + " which must be named.");

  static final Setting<Integer> PADDING =
      SECTION.number(
          "compress-padding",
          NO_LETTER,
          "0",
          0,
          1024,
          "Up to so many bytes of random length added to a compressed answer, to blur what its"
              + " length tells (BREACH). With it, br is not used: it has no place for them.");

  /// All answers stay as they are.
  public static CompressSettings off() {
    return new CompressSettings(List.of(), 1, 0, List.of(), 0);
  }

  static CompressSettings from(Values values) {
    return new CompressSettings(
        values.get(CODINGS),
        values.get(LEVEL),
        Math.toIntExact(values.get(MIN_SIZE).count()),
        values.all(TYPES),
        values.get(PADDING));
  }
}
