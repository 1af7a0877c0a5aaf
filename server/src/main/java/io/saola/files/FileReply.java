package io.saola.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.saola.files.ByteRanges.Part;
import io.saola.files.FileAnswer.Piece;
import io.saola.files.Resolver.Place;
import io.saola.model.HttpDate;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Puts together what a request is answered with one file: conditions first, then ranges (RFC 9110
/// §13.2.2, §14.2).
final class FileReply {
  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  /// What the file says of itself, and the app cannot know.
  private static final Set<String> OF_THE_FILE =
      Set.of(
          "etag",
          "last-modified",
          "accept-ranges",
          "content-range",
          "content-encoding",
          ServedFiles.X_SENDFILE);

  private static final String ACCEL = "x-accel-";

  private final String cacheControl;
  private final InstantSource clock;
  private final SmallFiles small;
  private final RandomGenerator random;
  private final ResponseHead head = new ResponseHead();
  private final HeadText text = new HeadText();

  FileReply(long maxAge, InstantSource clock, RandomGenerator random) {
    this.cacheControl = maxAge == 0 ? "no-cache" : "public, max-age=" + maxAge;
    this.clock = clock;
    this.small = new SmallFiles(clock);
    this.random = random;
  }

  FileAnswer refused(Rejection reason) {
    text.status(reason.status());
    text.into(head);
    return new FileAnswer(reason, head, null, null, List.of());
  }

  /// @param name the last part of what was asked for
  /// @param app the response in whose place it is, or null
  FileAnswer send(RequestHead request, Place place, String name, @Nullable ResponseHead app)
      throws IOException {
    Coding coding =
        app == null
            ? Coding.best(Fields.all(request, KnownHeader.ACCEPT_ENCODING), place.codings())
            : null;
    OpenedFile file =
        request.method() == Method.HEAD
            ? OpenedFile.look(place.in(coding))
            : small.open(place.in(coding), place.sinceMillis());
    Sending sending = new Sending(request, file, name, coding, !place.codings().isEmpty(), app);
    boolean handed = false;
    try {
      FileAnswer answer = sending.answer();
      handed = answer.file() != null;
      return answer;
    } finally {
      FileChannel open = file.channel();
      if (open != null && !handed) {
        open.close();
      }
    }
  }

  /// One answer in the making.
  private final class Sending {
    private final RequestHead request;
    private final OpenedFile file;
    private final String name;
    private final @Nullable Coding coding;
    private final boolean varies;
    private final @Nullable ResponseHead app;

    Sending(
        RequestHead request,
        OpenedFile file,
        String name,
        @Nullable Coding coding,
        boolean varies,
        @Nullable ResponseHead app) {
      this.request = request;
      this.file = file;
      this.name = name;
      this.coding = coding;
      this.varies = varies;
      this.app = app;
    }

    FileAnswer answer() {
      int status = app == null ? 200 : app.status();
      boolean reads = request.method() == Method.GET || request.method() == Method.HEAD;
      if (status != 200 || !reads) { // RFC 9110 §13.2.1
        return whole(status);
      }
      Conditions conditions = new Conditions(request, file.tag(), file.modified());
      return switch (conditions.verdict()) {
        case NOT_MODIFIED -> bodiless(304, null, null);
        case FAILED -> bodiless(412, Rejection.FILE_CONDITION, null);
        case SEND -> {
          String range = conditions.range(Math.floorDiv(clock.millis(), 1000L));
          List<Part> parts = range == null ? null : ByteRanges.read(range, file.size());
          yield parts == null
              ? whole(200)
              : switch (parts.size()) {
                case 0 -> bodiless(416, Rejection.FILE_RANGE, "bytes */" + file.size());
                case 1 -> part(parts.getFirst());
                default -> several(parts);
              };
        }
      };
    }

    /// @param reason what the client is told, unless it is the app that answers
    private FileAnswer bodiless(int status, @Nullable Rejection reason, @Nullable String range) {
      begin(status, null);
      if (range != null) {
        text.field("Content-Range", range);
      }
      boolean refused = reason != null && app == null;
      if (status != 304 && !refused) { // 304 has the length of what it stands for, or none
        text.field("Content-Length", "0");
      }
      text.into(head);
      return new FileAnswer(refused ? reason : null, head, null, null, List.of());
    }

    private FileAnswer whole(int status) {
      begin(status, type());
      return done(List.of(new Piece("", 0, file.size())));
    }

    private FileAnswer part(Part part) {
      begin(206, type());
      text.field("Content-Range", range(part));
      return done(List.of(new Piece("", part.first(), part.length())));
    }

    /// RFC 9110 §14.6.
    private FileAnswer several(List<Part> parts) {
      String boundary = Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
      String type = type();
      List<Piece> pieces = new ArrayList<>();
      String before = "";
      for (Part part : parts) {
        String start =
            before
                + "--"
                + boundary
                + (type == null ? "" : "\r\nContent-Type: " + type)
                + "\r\nContent-Range: "
                + range(part)
                + "\r\n\r\n";
        pieces.add(new Piece(start, part.first(), part.length()));
        before = "\r\n";
      }
      pieces.add(new Piece("\r\n--" + boundary + "--\r\n", 0, 0));
      begin(206, "multipart/byteranges; boundary=" + boundary);
      return done(pieces);
    }

    private String range(Part part) {
      return "bytes " + part.first() + "-" + part.last() + "/" + file.size();
    }

    private FileAnswer done(List<Piece> pieces) {
      FileAnswer answer = new FileAnswer(null, head, file.channel(), file.content(), pieces);
      text.field("Content-Length", Long.toString(answer.length()));
      text.into(head);
      return answer;
    }

    /// An app knows best what it hands over: its type counts, however the file is called.
    private @Nullable String type() {
      String given = app == null ? null : appField("content-type");
      return given == null ? ContentType.of(name).text() : given;
    }

    private void begin(int status, @Nullable String type) {
      text.status(status);
      if (app != null) {
        appFields(app);
      }
      if (type != null) {
        text.field("Content-Type", type);
      }
      if (coding != null && status != 416 && status != 412) {
        text.field("Content-Encoding", coding.token());
      }
      if (varies) {
        text.field("Vary", "Accept-Encoding");
      }
      if (status == 416 || status == 412) {
        return; // of what went wrong nothing may be kept
      }
      text.field("Last-Modified", HttpDate.format(file.modified()));
      text.field("ETag", file.tag());
      text.field("Accept-Ranges", "bytes");
      if (app == null) { // else it is the app that knows who may keep it
        text.field("Cache-Control", HashedName.is(name) ? FOR_EVER : cacheControl);
      }
    }

    private void appFields(ResponseHead from) {
      for (int i = 0; i < from.fieldCount(); i++) {
        String field = string(from, from.nameStart(i), from.nameEnd(i));
        String lower = field.toLowerCase(Locale.ROOT);
        if (!OF_THE_FILE.contains(lower)
            && !lower.startsWith(ACCEL)
            && !lower.equals("content-type")) {
          text.field(field, string(from, from.valueStart(i), from.valueEnd(i)));
        }
      }
    }

    private @Nullable String appField(String lower) {
      ResponseHead from = app;
      for (int i = 0; from != null && i < from.fieldCount(); i++) {
        if (from.isNamed(i, lower)) {
          return string(from, from.valueStart(i), from.valueEnd(i));
        }
      }
      return null;
    }

    private static String string(ResponseHead from, int start, int end) {
      return new String(from.bytes(), start, end - start, ISO_8859_1);
    }
  }
}
