package io.saola.wire;

/// The kinds of frames (PROTOCOL §1).
public final class FrameKind {
  public static final int HELLO = 0x01;
  public static final int AGREED = 0x02;
  public static final int READY = 0x03;
  public static final int BYE = 0x04;
  public static final int UNFIT = 0x05;
  public static final int STATIC = 0x07;
  public static final int ARENA = 0x08;
  public static final int RESPONSE = 0x10;
  public static final int HEAD = 0x11;
  public static final int DATA = 0x12;
  public static final int END = 0x13;
  public static final int FILE = 0x14;
  public static final int FAILED = 0x15;
  public static final int SKIPPED = 0x16;
  public static final int EARLY_HINTS = 0x17;
  public static final int TRAILERS = 0x18;
  public static final int EXTEND = 0x19;
  public static final int CREDIT = 0x20;
  public static final int WELCOME = 0x30;
  public static final int REQUEST = 0x31;
  public static final int STOP = 0x32;
  public static final int BODY_PIECE = 0x33;
  public static final int PING = 0x34;
  public static final int CANCEL = 0x35;
  public static final int ARENA_READY = 0x37;
  public static final int FORK = 0x40;
  public static final int BECOME = 0x41;
  public static final int ACCEPT = 0x50;
  public static final int MESSAGE = 0x51;
  public static final int CLOSE = 0x52;

  /// Request: the body follows the blob.
  public static final int BODY = 1;

  /// Request: the path of a spool file follows the blob.
  public static final int BODY_FILE = 2;

  /// Request, with [#BODY]: the body goes on in Body frames.
  public static final int BODY_MORE = 4;

  /// Body: the body ends with it.
  public static final int LAST = 1;

  /// Head: the body comes in files.
  public static final int FILES = 1;

  /// Cancel: nobody waits for the answer any more.
  public static final int GONE = 1;

  /// Cancel: its time is up.
  public static final int TIME = 2;

  /// Message: it is text.
  public static final int TEXT = 1;

  /// Message: it goes on in the next one.
  public static final int MORE = 2;

  /// End: the response is not complete and never will be.
  public static final int ABORTED = 1;

  /// Of a File: its worker keeps it open until it is told that the server has it open.
  public static final int HELD = 1;

  /// Of a Response and of Data: the body is in the arena, and the payload says where.
  public static final int SHARED = 1;

  private FrameKind() {}
}
