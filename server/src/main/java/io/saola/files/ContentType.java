package io.saola.files;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What kind of content a file has, by the ending of its name.
///
/// @param text as in Content-Type
/// @param compressible whether it is worth to look for files that hold it compressed
record ContentType(String text, boolean compressible) {
  private static final ContentType OTHER = new ContentType("application/octet-stream", false);

  /// Names and types of the IANA registry, and the few that everybody uses all the same. What is
  /// marked with `+` shrinks when it is compressed.
  private static final String TABLE =
      """
      text/html; charset=utf-8 + html htm
      text/css; charset=utf-8 + css
      text/javascript; charset=utf-8 + js mjs cjs
      text/plain; charset=utf-8 + txt text log md5 sha256
      text/markdown; charset=utf-8 + md markdown
      text/csv; charset=utf-8 + csv
      text/tab-separated-values; charset=utf-8 + tsv
      text/xml; charset=utf-8 + xml xsl xslt
      text/vtt; charset=utf-8 + vtt
      text/calendar; charset=utf-8 + ics
      text/vcard; charset=utf-8 + vcf
      text/x-python; charset=utf-8 + py
      application/json + json map
      application/ld+json + jsonld
      application/geo+json + geojson
      application/manifest+json + webmanifest
      application/yaml + yaml yml
      application/toml + toml
      application/rss+xml + rss
      application/atom+xml + atom
      application/xhtml+xml + xhtml
      application/wasm + wasm
      application/rtf + rtf
      image/svg+xml + svg
      image/vnd.microsoft.icon + ico
      image/bmp + bmp
      font/ttf + ttf
      font/otf + otf
      application/vnd.ms-fontobject + eot
      font/collection + ttc
      font/woff - woff
      font/woff2 - woff2
      image/png - png
      image/apng - apng
      image/jpeg - jpg jpeg jfif
      image/gif - gif
      image/webp - webp
      image/avif - avif
      image/heic - heic
      image/jxl - jxl
      image/tiff - tif tiff
      audio/mpeg - mp3
      audio/mp4 - m4a
      audio/ogg - ogg oga opus
      audio/flac - flac
      audio/wav - wav
      audio/aac - aac
      audio/midi - mid midi
      video/mp4 - mp4 m4v
      video/webm - webm
      video/ogg - ogv
      video/mpeg - mpeg mpg
      video/quicktime - mov
      video/mp2t - ts
      application/vnd.apple.mpegurl - m3u8
      application/pdf - pdf
      application/epub+zip - epub
      application/zip - zip
      application/gzip - gz tgz
      application/zstd - zst
      application/x-bzip2 - bz2
      application/x-xz - xz
      application/x-tar - tar
      application/x-7z-compressed - 7z
      application/vnd.sqlite3 - sqlite sqlite3 db
      application/vnd.apache.parquet - parquet
      application/msword - doc
      application/vnd.ms-excel - xls
      application/vnd.ms-powerpoint - ppt
      application/vnd.openxmlformats-officedocument.wordprocessingml.document - docx
      application/vnd.openxmlformats-officedocument.spreadsheetml.sheet - xlsx
      application/vnd.openxmlformats-officedocument.presentationml.presentation - pptx
      application/vnd.oasis.opendocument.text - odt
      application/vnd.oasis.opendocument.spreadsheet - ods
      application/vnd.android.package-archive - apk
      application/java-archive - jar
      """;

  private static final Map<String, ContentType> BY_ENDING = byEnding();

  private static Map<String, ContentType> byEnding() {
    Map<String, ContentType> types = new HashMap<>();
    for (String line : TABLE.lines().toList()) {
      String[] halves = line.split(" [+-] ", 2);
      ContentType type = new ContentType(halves[0], line.contains(" + "));
      for (String ending : halves[1].split(" ", -1)) {
        types.put(ending, type);
      }
    }
    return Map.copyOf(types);
  }

  /// The type of a file of this name.
  static ContentType of(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return BY_ENDING.getOrDefault(ending.toLowerCase(Locale.ROOT), OTHER);
  }
}
