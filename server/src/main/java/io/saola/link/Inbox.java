package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectMap;
import io.saola.model.ResponseHead;
import io.saola.wire.FrameKind;
import io.saola.wire.Frames;
import io.saola.wire.WireException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What comes in from one worker: each frame to the answer it is for.
///
/// A frame of a stream that is not open any more is late, not wrong. Owned by the link's event
/// loop.
final class Inbox {
  private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

  /// Two numbers say where in the arena something is.
  private static final int SHARED_LENGTH = 8;

  private final IntObjectMap<Call> calls;
  private final boolean asgi;
  private final Arena arena;
  private final Runnable arenaReady;
  private final IntConsumer cancel;
  private final IntConsumer opened;
  private final Consumer<String> unfit;
  private final ResponseHead head = new ResponseHead();
  private int answered;

  /// @param arenaReady tells the worker that it may use its arena
  /// @param cancel tells the worker that nobody wants this stream's answer
  /// @param opened tells the worker that this stream's file need not be held any longer
  /// @param unfit hears why the worker does not become the mold
  Inbox(
      IntObjectMap<Call> calls,
      boolean asgi,
      Arena arena,
      Runnable arenaReady,
      IntConsumer cancel,
      IntConsumer opened,
      Consumer<String> unfit) {
    this.calls = calls;
    this.asgi = asgi;
    this.arena = arena;
    this.arenaReady = arenaReady;
    this.cancel = cancel;
    this.opened = opened;
    this.unfit = unfit;
  }

  /// How many answers have ended since this was last asked.
  int takeAnswered() {
    int count = answered;
    answered = 0;
    return count;
  }

  /// Handles the frame whose payload is at the reader index of `in`, and goes to its end.
  void take(Frames frames, ByteBuf in) {
    int end = in.readerIndex() + frames.length();
    frame(frames, in);
    in.readerIndex(end);
  }

  private void frame(Frames frames, ByteBuf in) {
    int stream = frames.stream();
    switch (frames.kind()) {
      case FrameKind.RESPONSE -> response(frames, in, stream);
      case FrameKind.HEAD -> head(frames, in, stream);
      case FrameKind.DATA -> data(frames, in, stream);
      case FrameKind.FILE -> file(frames, in, stream);
      case FrameKind.END -> end(stream, frames.flags() == FrameKind.ABORTED);
      case FrameKind.FAILED -> {
        Call call = calls.get(stream);
        if (call != null) {
          call.answer.failed(text(in, frames.length()));
        }
      }
      case FrameKind.SKIPPED -> {
        if (asgi) {
          throw new WireException("an ASGI worker has skipped a request");
        }
        Call call = calls.remove(stream);
        if (call != null) {
          call.answer.skipped();
        }
      }
      case FrameKind.EXTEND -> {
        Call call = calls.get(stream);
        if (call != null) {
          call.extend(System.nanoTime() + in.readUnsignedIntLE() * 1_000_000);
        }
      }
      case FrameKind.ARENA -> {
        if (arena.map()) {
          arenaReady.run();
        }
      }
      case FrameKind.UNFIT -> unfit.accept(text(in, frames.length()));
      case FrameKind.BYE -> LOG.debug("bye");
      default -> {
        if (!asgi) {
          throw new WireException("frame kind " + frames.kind());
        }
        asgi(frames, in, stream);
      }
    }
  }

  /// The worker's link has ended: reads answers that may not have been sent. Those that were are
  /// not open any more.
  ///
  /// @param broken whether nothing that the worker says is believed
  void close(boolean broken) {
    arena.close();
    if (broken) {
      return;
    }
    ByteBuf kept = arena.kept();
    Frames reader = new Frames();
    try {
      while (reader.next(kept)) {
        take(reader, kept);
      }
    } catch (RuntimeException e) {
      LOG.warn("answers that a worker has kept cannot be read: {}", e.toString());
    }
  }

  private void response(Frames frames, ByteBuf in, int stream) {
    boolean isShared = frames.flags() == FrameKind.SHARED;
    int rest = frames.length() - 4 - (isShared ? SHARED_LENGTH : 0);
    int headLength = rest < 0 ? -1 : in.readIntLE();
    if (headLength < 0 || headLength > rest || (isShared && headLength < rest)) {
      throw new WireException("response head of " + headLength + " bytes");
    }
    if (!isShared) {
      ByteBuf body = in.slice(in.readerIndex() + headLength, rest - headLength);
      response(frames, in, stream, headLength, body);
      return;
    }
    ByteBuf body = shared(in, in.readerIndex() + headLength);
    try {
      response(frames, in, stream, headLength, body);
    } finally {
      body.release();
    }
  }

  /// What is in the arena, for the caller to release.
  ///
  /// @param at where it is said where it is
  private ByteBuf shared(ByteBuf in, int at) {
    return arena.take(in.getIntLE(at), in.getIntLE(at + 4), in.alloc());
  }

  private void response(Frames frames, ByteBuf in, int stream, int headLength, ByteBuf body) {
    Call call = calls.remove(stream);
    if (call == null) {
      return;
    }
    call.checkUnanswered();
    answered++;
    in.readBytes(head.room(headLength), 0, headLength);
    String problem = head.parse(frames.count());
    if (problem != null) {
      call.answer.broken(problem, true);
      return;
    }
    call.answer.response(head, body);
  }

  private void head(Frames frames, ByteBuf in, int stream) {
    Call call = calls.get(stream);
    if (call == null) {
      return;
    }
    call.checkUnanswered();
    call.streaming = true;
    if (call.cancelled && !asgi) {
      cancel.accept(stream);
    }
    call.touch(System.nanoTime());
    fill(in, frames.length());
    String problem = head.parse(frames.count());
    if (problem != null) {
      cancel.accept(stream);
      call.answer.broken(problem, false);
      return;
    }
    head.inFiles(frames.flags() == FrameKind.FILES);
    call.answer.head(head);
  }

  private void data(Frames frames, ByteBuf in, int stream) {
    if (frames.flags() != FrameKind.SHARED) {
      data(in.slice(in.readerIndex(), frames.length()), stream);
      return;
    }
    if (frames.length() != SHARED_LENGTH) {
      throw new WireException("shared data in " + frames.length() + " bytes");
    }
    ByteBuf bytes = shared(in, in.readerIndex());
    try {
      data(bytes, stream);
    } finally {
      bytes.release();
    }
  }

  private void data(ByteBuf bytes, int stream) {
    Call call = calls.get(stream);
    if (call == null) {
      return;
    }
    call.window -= bytes.readableBytes();
    if (!call.streaming || call.window < 0) {
      throw new WireException(call.streaming ? "data beyond its credit" : "data before its head");
    }
    call.touch(System.nanoTime());
    call.answer.data(bytes);
  }

  private void file(Frames frames, ByteBuf in, int stream) {
    long offset = in.readLongLE();
    long length = in.readLongLE();
    String path = text(in, frames.length() - 16);
    if (offset < 0 || length < 0 || !path.startsWith("/")) {
      throw new WireException("file frame of " + length + " from " + offset + " of " + path);
    }
    Call call = calls.get(stream);
    if (call == null || !call.streaming) {
      return;
    }
    call.touch(System.nanoTime());
    call.answer.file(path, offset, length);
    if (frames.flags() == FrameKind.HELD) {
      opened.accept(stream); // or it never will be: the worker has no more to do with it
    }
  }

  private void end(int stream, boolean aborted) {
    Call call = calls.remove(stream);
    if (call == null) {
      return;
    }
    answered++;
    if (call.talk == null) {
      call.answer.end(aborted);
    } else {
      call.talk.end(aborted);
    }
  }

  // ---- only from ASGI workers

  private void asgi(Frames frames, ByteBuf in, int stream) {
    Call call = calls.get(stream);
    switch (frames.kind()) {
      case FrameKind.CREDIT -> {
        if (call != null) {
          long granted = in.readUnsignedIntLE();
          int bytes = (int) Math.min(granted, Integer.MAX_VALUE);
          call.outgoing += granted;
          call.touch(System.nanoTime());
          if (call.talk == null) {
            call.answer.credit(bytes);
          } else {
            call.talk.credit(bytes);
          }
        }
      }
      case FrameKind.EARLY_HINTS -> {
        if (call != null) {
          call.checkUnanswered();
          earlyHints(call, text(in, frames.length()), frames.count());
        }
      }
      case FrameKind.TRAILERS -> {
        if (call != null) {
          call.checkNotTalking();
          fill(in, frames.length());
          String problem = head.parseTrailers(frames.count());
          if (problem != null) {
            LOG.warn("left out the app's trailers: {}", problem);
          } else {
            call.answer.trailers(head);
          }
        }
      }
      case FrameKind.ACCEPT -> accept(frames, in, call, stream);
      case FrameKind.MESSAGE -> message(frames, in, call);
      case FrameKind.CLOSE -> {
        if (call != null) {
          int code = in.readUnsignedShortLE();
          if (call.talk == null) {
            call.answer.refuse();
          } else {
            call.talk.close(code, text(in, frames.length() - 2));
          }
        }
      }
      default -> throw new WireException("frame kind " + frames.kind());
    }
  }

  private static void earlyHints(Call call, String text, int count) {
    List<String> links = List.of(text.split("\n", -1));
    boolean isRight =
        links.size() == count && links.stream().allMatch(link -> link.matches("[ -~\t]+"));
    if (isRight) {
      call.answer.earlyHints(links);
    } else {
      LOG.warn("left out the app's early hints: a link with a character that no field may have");
    }
  }

  private void accept(Frames frames, ByteBuf in, @Nullable Call call, int stream) {
    if (call == null) {
      return;
    }
    call.checkNotTalking();
    fill(in, frames.length());
    String problem = head.parseAccept(frames.count());
    if (problem != null) {
      cancel.accept(stream);
      call.answer.broken(problem, false);
      return;
    }
    call.talk = call.answer.accept(head);
  }

  private static void message(Frames frames, ByteBuf in, @Nullable Call call) {
    if (call == null) {
      return;
    }
    if (call.window <= 0 || frames.length() > call.window) {
      throw new WireException("a message beyond its credit");
    }
    call.window -= frames.length() + Talk.MESSAGE_COST;
    if (call.talk == null) {
      return;
    }
    boolean text = (frames.flags() & FrameKind.TEXT) != 0;
    boolean last = (frames.flags() & FrameKind.MORE) == 0;
    call.talk.message(in.slice(in.readerIndex(), frames.length()), text, last);
  }

  private void fill(ByteBuf in, int length) {
    in.readBytes(head.room(length), 0, length);
  }

  private static String text(ByteBuf in, int length) {
    return in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
  }
}
