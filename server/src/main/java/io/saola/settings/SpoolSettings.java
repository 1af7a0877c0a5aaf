package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where bodies are kept between clients and workers of different speed.
///
/// @param buffer how much of a request's body is here when the app gets the request
/// @param folder absolute; exists
/// @param maxSpool of one response
/// @param spoolLimit of all bodies together
/// @param bufferMemory of all bodies together
public record SpoolSettings(
    BufferRequests buffer, Path folder, Bytes maxSpool, Bytes spoolLimit, Bytes bufferMemory) {
  static final Section SECTION = new Section("Bodies in memory and on disk");

  static final Setting<BufferRequests> BUFFER_REQUESTS =
      SECTION.one(
          "buffer-requests",
          NO_LETTER,
          "MODE",
          "auto",
          new OneOf<>(List.of(BufferRequests.values())),
          "When the app gets a request with a body: on, when all of it is here; off, when its head"
              + " is, and the body as it comes, which is for ASGI only; auto, which is on for WSGI,"
              + " and for ASGI when 64 KiB or all of it are here.");

  static final Setting<Bytes> BUFFER_MEMORY =
      SECTION.size(
          "buffer-memory",
          "24M",
          1 << 20,
          1L << 40,
          "Memory for all bodies on their way together; beyond it they go to files.");

  static final Setting<Bytes> MAX_SPOOL =
      SECTION.sizeOrUnlimited(
          "max-spool",
          "1G",
          "Most bytes of one response kept in a file for a slow client; then its worker waits. 0"
              + " for any size.");

  static final Setting<Bytes> SPOOL_LIMIT =
      SECTION.sizeOrUnlimited(
          "spool-limit",
          "8G",
          "Most bytes of all these files together; then workers wait for slow readers, and request"
              + " bodies that need a file are answered 503. 0 for as much as the disk has.");

  static final Setting<String> SPOOL_DIR =
      SECTION.text(
          "spool-dir",
          NO_LETTER,
          "FOLDER",
          "Folder for these files; better not in memory (tmpfs). Without it $TMPDIR, else"
              + " /var/tmp.");

  static SpoolSettings from(Values values, Path folder) {
    return new SpoolSettings(
        buffer(values),
        folder(values, folder),
        values.get(MAX_SPOOL),
        values.get(SPOOL_LIMIT),
        values.get(BUFFER_MEMORY));
  }

  private static BufferRequests buffer(Values values) {
    BufferRequests wanted = values.get(BUFFER_REQUESTS);
    if (wanted == BufferRequests.OFF && values.is(AppSettings.INTERFACE, Interface.WSGI)) {
      values.problem(BUFFER_REQUESTS, "off is for ASGI; a WSGI app gets a body when all is here");
    }
    return wanted;
  }

  private static Path folder(Values values, Path folder) {
    String named = values.get(SPOOL_DIR);
    String origin = values.origin(SPOOL_DIR);
    if (named.isEmpty()) {
      String temporary = values.variable("TMPDIR");
      named = temporary.isEmpty() ? "/var/tmp" : temporary;
      origin = temporary.isEmpty() ? Values.DEFAULT : "TMPDIR";
    }
    Path path = folder.resolve(named).normalize();
    if (!Files.isDirectory(path)) {
      values.problem(SPOOL_DIR, "there is no folder " + path);
    } else if (!Files.isWritable(path)) {
      values.problem(SPOOL_DIR, path + " cannot be written to");
    }
    values.show(SPOOL_DIR, path.toString(), origin);
    return path;
  }
}
