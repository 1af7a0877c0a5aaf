package io.saola.wire;

import org.jspecify.annotations.Nullable;

/// What the header of one kind of frame to the server may say (PROTOCOL §1).
///
/// @param least the shortest payload
/// @param most the longest payload
/// @param flags all flags that it may have
/// @param inStream whether it belongs to a stream, and not to the process itself
/// @param counts whether it counts something
record FrameRule(int least, int most, int flags, boolean inStream, boolean counts) {

  /// By kind; null where no such frame comes to the server.
  static final @Nullable FrameRule[] TO_SERVER = rules();

  /// Whether a header keeps to this rule.
  boolean allows(int length, int flagsSet, int count, int stream) {
    return length >= least
        && length <= most
        && (flagsSet & ~flags) == 0
        && (counts || count == 0)
        && inStream == (stream != 0);
  }

  private static @Nullable FrameRule[] rules() {
    @Nullable FrameRule[] rules = new @Nullable FrameRule[256];
    rules[FrameKind.HELLO] = ofProcess(58, 58);
    rules[FrameKind.AGREED] = ofProcess(0, Frames.MAX_PAYLOAD);
    rules[FrameKind.READY] = ofProcess(0, Frames.MAX_PAYLOAD);
    rules[FrameKind.BYE] = ofProcess(0, 0);
    rules[FrameKind.UNFIT] = ofProcess(0, Frames.MAX_PAYLOAD);
    rules[FrameKind.STATIC] = ofProcess(0, Frames.MAX_PAYLOAD);
    rules[FrameKind.ARENA] = ofProcess(0, 0);
    rules[FrameKind.RESPONSE] = new FrameRule(4, Frames.MAX_PAYLOAD, FrameKind.SHARED, true, true);
    rules[FrameKind.HEAD] = new FrameRule(0, Frames.MAX_PAYLOAD, FrameKind.FILES, true, true);
    rules[FrameKind.DATA] = ofStream(1, Frames.MAX_PIECE, FrameKind.SHARED);
    rules[FrameKind.END] = ofStream(0, 0, FrameKind.ABORTED);
    rules[FrameKind.FILE] = ofStream(17, Frames.MAX_PAYLOAD, FrameKind.HELD);
    rules[FrameKind.FAILED] = ofStream(0, Frames.MAX_PAYLOAD, 0);
    rules[FrameKind.SKIPPED] = ofStream(0, 0, 0);
    rules[FrameKind.EARLY_HINTS] = new FrameRule(1, Frames.MAX_PAYLOAD, 0, true, true);
    rules[FrameKind.TRAILERS] = new FrameRule(1, Frames.MAX_PAYLOAD, 0, true, true);
    rules[FrameKind.EXTEND] = ofStream(4, 4, 0);
    rules[FrameKind.ACCEPT] = new FrameRule(0, Frames.MAX_PAYLOAD, 0, true, true);
    rules[FrameKind.MESSAGE] = ofStream(0, Frames.MAX_PIECE, FrameKind.TEXT | FrameKind.MORE);
    rules[FrameKind.CLOSE] = ofStream(2, 125, 0);
    rules[FrameKind.CREDIT] = ofStream(4, 4, 0);
    return rules;
  }

  private static FrameRule ofProcess(int least, int most) {
    return new FrameRule(least, most, 0, false, false);
  }

  private static FrameRule ofStream(int least, int most, int flags) {
    return new FrameRule(least, most, flags, true, false);
  }
}
