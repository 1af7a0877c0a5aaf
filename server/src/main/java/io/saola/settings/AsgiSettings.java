package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;
import java.util.List;

/// How workers run an ASGI app.
///
/// @param concurrency requests of one worker that have not begun to answer
/// @param threads of one worker that run sync code for its event loop
/// @param loopBlocked how long an event loop may stand still before that is logged; zero for ever
public record AsgiSettings(
    Loop loop, int concurrency, Lifespan lifespan, int threads, Duration loopBlocked) {
  /// Which event loop.
  public enum Loop {
    /// uvloop where the app's Python has it.
    AUTO,
    ASYNCIO,
    UVLOOP;

    /// As it is written in settings and in the Welcome frame.
    public String text() {
      return OneOf.text(this);
    }
  }

  /// Whether the app is told that its worker starts and stops.
  public enum Lifespan {
    /// If it understands that.
    AUTO,
    ON,
    OFF;

    /// As it is written in settings and in the Welcome frame.
    public String text() {
      return OneOf.text(this);
    }
  }

  static final Section SECTION = new Section("ASGI");

  static final Setting<Loop> LOOP =
      SECTION.one(
          "loop",
          NO_LETTER,
          "LOOP",
          "auto",
          new OneOf<>(List.of(Loop.values())),
          "Event loop: asyncio, uvloop, or auto, which is uvloop where it is installed.");

  static final Setting<Integer> CONCURRENCY =
      SECTION.number(
          "asgi-concurrency",
          NO_LETTER,
          "100",
          1,
          10_000,
          "Requests that a worker is given at a time. One that has begun to answer no longer"
              + " counts, so streams and WebSockets do not.");

  static final Setting<Lifespan> LIFESPAN =
      SECTION.one(
          "lifespan",
          NO_LETTER,
          "MODE",
          "auto",
          new OneOf<>(List.of(Lifespan.values())),
          "Lifespan events: on, off, or auto, which does without them if the app has none.");

  static final Setting<Integer> THREADS =
      SECTION.number(
          "asgi-threads",
          NO_LETTER,
          "40",
          1,
          1000,
          "Threads of a worker for sync code in an async app: run_in_executor, asyncio.to_thread,"
              + " sync endpoints of FastAPI and Starlette.");

  static final Setting<Duration> LOOP_BLOCKED =
      SECTION.timeOrNone(
          "loop-blocked",
          NO_LETTER,
          "1s",
          "Time an event loop may be blocked before that is logged, with the stack of what blocks"
              + " it. 0 for never.");

  static AsgiSettings from(Values values) {
    return new AsgiSettings(
        values.get(LOOP),
        values.get(CONCURRENCY),
        values.get(LIFESPAN),
        values.get(THREADS),
        values.get(LOOP_BLOCKED));
  }
}
