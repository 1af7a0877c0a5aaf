package io.saola.compress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.settings.Coding;
import io.saola.settings.CompressSettings;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// Compresses answers (RFC 9110 §8.4) where rules and client allow it. One per event loop.
///
/// ```
/// too short, wrong type, encoded, 206, no-transform ──▶ as it is
/// else, client takes none of the codings ────────────▶ as it is, with Vary
/// else ──▶ Content-Encoding, Vary, weak ETag, new length ──▶ whole or in pieces
/// ```
public final class Compression {
  /// How much bodies in pieces may hold together, by a rough count: what would go beyond it is sent
  /// as it is, since thousands of open streams must not cost their windows.
  private static final int MOST_HELD = 32 << 20;

  /// What one encoder holds, roughly.
  private static final int GZIP_HOLDS = 256 << 10;

  private static final int OTHER_HOLDS = 1 << 20;

  private static final int MOST_SPARE = 4;
  private static final int MOST_FIELDS = 64;

  private final List<Coding> codings;
  private final int level;
  private final int padding;
  private final Rules rules;
  private final RandomGenerator random;
  private final Libraries libraries = new Libraries();
  private final Map<String, List<Coding>> preferences = new HashMap<>();
  private final ArrayDeque<Deflater> spare = new ArrayDeque<>();
  private int held;

  /// @param random says how much padding an answer gets
  public Compression(CompressSettings settings, RandomGenerator random) {
    this.padding = settings.padding();
    this.codings = settings.codings().stream().filter(c -> padding == 0 || c != Coding.BR).toList();
    this.level = settings.level();
    this.rules = new Rules(settings.minSize(), settings.types());
    this.random = random;
  }

  /// Compresses a whole body, and changes the head accordingly.
  ///
  /// @param body stays the caller's, and as it is
  /// @return what to send in its place, which is the caller's too; null to send it
  public @Nullable ByteBuf whole(
      RequestHead request, ResponseHead head, ByteBuf body, ByteBufAllocator allocator) {
    int size = body.readableBytes();
    long length = bodyLength(request, head, size);
    if (codings.isEmpty() || length < rules.minSize()) {
      weakenAsBefore(request, head);
      return null;
    }
    Coding coding = choose(request, head, length);
    if (coding == null) {
      return null;
    }
    if (request.method() == Method.HEAD) {
      change(head, coding);
      head.contentLength(-1);
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf out = allocator.directBuffer(GzipEncoder.ROOM + padding + size / 2);
    try (Encoder encoder = encoder(coding)) {
      encoder.encode(body, true, out);
    }
    if (out.readableBytes() >= size + padding) {
      out.release();
      return null;
    }
    change(head, coding);
    head.contentLength(out.readableBytes());
    return out;
  }

  /// How long the body is that the answer is about, or -1 if nobody can say.
  private static long bodyLength(RequestHead request, ResponseHead head, int size) {
    if (request.method() == Method.HEAD) {
      return size > 0 ? size : head.contentLength();
    }
    // An app that contradicts itself is the front's business.
    return head.contentLength() < 0 || head.contentLength() == size ? size : 0;
  }

  /// Begins to compress a body that comes in pieces, and changes the head accordingly.
  ///
  /// @return null to send it as it is
  public @Nullable CompressedBody pieces(
      RequestHead request, ResponseHead head, ByteBufAllocator allocator) {
    if (codings.isEmpty() || head.inFiles()) {
      return null;
    }
    weakenAsBefore(request, head);
    Coding coding = choose(request, head, head.contentLength());
    boolean isHead = request.method() == Method.HEAD;
    int holds = coding == Coding.GZIP ? GZIP_HOLDS : OTHER_HOLDS;
    if (coding == null
        || (isHead && head.contentLength() < 0)
        // It would not see the end of a body without a length.
        || (request.minorVersion() == 0 && head.contentLength() >= 0)
        || held + holds > MOST_HELD) {
      return null;
    }
    long announced = head.contentLength();
    change(head, coding);
    head.contentLength(-1);
    if (isHead) {
      return null;
    }
    held += holds;
    return new CompressedBody(encoder(coding), allocator, announced, () -> held -= holds);
  }

  /// The coding for this answer, or null. Caches are told that it depends on the client.
  private @Nullable Coding choose(RequestHead request, ResponseHead head, long length) {
    if (!rules.allow(head, length)) {
      return null;
    }
    vary(head);
    for (Coding coding : preferred(request)) {
      if (libraries.isReady(coding)) {
        return coding;
      }
    }
    return null;
  }

  private List<Coding> preferred(RequestHead request) {
    String field = null;
    for (int i = request.indexOf(KnownHeader.ACCEPT_ENCODING);
        i >= 0 && i < request.fieldCount();
        i++) {
      if (request.known(i) == KnownHeader.ACCEPT_ENCODING) {
        String value = request.text(request.valueStart(i), request.valueEnd(i));
        field = field == null ? value : field + "," + value;
      }
    }
    if (field == null) {
      return List.of();
    }
    List<Coding> known = preferences.get(field);
    if (known == null) {
      known = AcceptEncoding.preferred(field, codings);
      if (preferences.size() >= MOST_FIELDS) {
        preferences.clear(); // clients say what they like
      }
      preferences.put(field, known);
    }
    return known;
  }

  // ---- the head

  private static void vary(ResponseHead head) {
    int at = -1;
    for (int i = 0; i < head.fieldCount(); i++) {
      if (head.isNamed(i, "vary")) {
        at = i;
        for (String name : head.value(i).split(",", -1)) {
          String bare = name.strip();
          if (bare.equals("*") || bare.equalsIgnoreCase("accept-encoding")) {
            return;
          }
        }
      }
    }
    if (at < 0 || head.value(at).isBlank()) {
      head.addField("Vary", "Accept-Encoding");
    } else {
      head.value(at, head.value(at) + ", Accept-Encoding");
    }
  }

  private static void change(ResponseHead head, Coding coding) {
    head.addField("Content-Encoding", coding.token());
    // Its ranges would be those of other bytes.
    head.removeFields("accept-ranges");
    weaken(head);
  }

  /// A strong ETag names these very bytes (RFC 9110 §8.8.1).
  private static void weaken(ResponseHead head) {
    int i = head.indexOf("etag");
    if (i >= 0 && head.startsWith(i, "\"")) {
      head.value(i, "W/" + head.value(i));
    }
  }

  /// A 304 names the ETag that its 200 had (RFC 9110 §15.4.5), which may have been weakened.
  private static void weakenAsBefore(RequestHead request, ResponseHead head) {
    if (head.status() != 304) {
      return;
    }
    String known = request.value(KnownHeader.IF_NONE_MATCH);
    int i = head.indexOf("etag");
    if (known != null && i >= 0 && known.contains("W/" + head.value(i))) {
      weaken(head);
      vary(head);
    }
  }

  // ---- encoders

  private Encoder encoder(Coding coding) {
    int more = padding == 0 ? 0 : random.nextInt(1, padding + 1);
    return switch (coding) {
      case ZSTD -> new ZstdEncoder(level, more);
      case BR -> new BrotliEncoder(level);
      case GZIP -> {
        Deflater deflater = spare.pollLast();
        yield new GzipEncoder(
            deflater == null ? new Deflater(level, true) : deflater, this::giveBack, more);
      }
    };
  }

  private void giveBack(Deflater deflater) {
    if (spare.size() >= MOST_SPARE) {
      deflater.end();
    } else {
      deflater.reset();
      spare.addLast(deflater);
    }
  }

  /// How much bodies hold that have begun and not ended, by a rough count.
  public int held() {
    return held;
  }
}
