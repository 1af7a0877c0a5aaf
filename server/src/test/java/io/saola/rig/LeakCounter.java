package io.saola.rig;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Counts buffers that have been allocated and not released, at once and not when they are
/// collected.
///
/// Netty makes it, because the properties of the test run name it, and those of the servers that
/// the tests start. Netty's own detector would speak only when the garbage collector has found the
/// buffer, which in most runs is never. [LeakGuard] looks here after each class of tests; a server
/// says at its end what is open.
public final class LeakCounter<T> extends ResourceLeakDetector<T> {
  private static final Set<Tracker<?>> OPEN = ConcurrentHashMap.newKeySet();

  static {
    if (Boolean.getBoolean("io.saola.rig.leaksAtEnd")) {
      Runtime.getRuntime().addShutdownHook(new Thread(LeakCounter::sayAtEnd));
    }
  }

  private static void sayAtEnd() {
    if (!OPEN.isEmpty()) {
      System.err.println("LEAK: " + OPEN.size() + " buffers" + describe());
    }
  }

  /// Netty looks for this constructor by its parameters.
  public LeakCounter(Class<?> type, int samplingInterval, long maxActive) {
    super(type, samplingInterval);
  }

  public LeakCounter(Class<?> type, int samplingInterval) {
    super(type, samplingInterval);
  }

  /// How many buffers are not released by now.
  public static int open() {
    return OPEN.size();
  }

  /// Where the buffers that have not been released were made.
  public static String describe() {
    StringBuilder text = new StringBuilder();
    for (Tracker<?> tracker : OPEN) {
      text.append("\nnot released, made at");
      for (StackTraceElement frame : tracker.made.getStackTrace()) {
        if (frame.getClassName().startsWith("io.saola")) {
          text.append("\n  ").append(frame);
        }
      }
    }
    return text.toString();
  }

  @Override
  public ResourceLeakTracker<T> track(T resource) {
    return new Tracker<>();
  }

  @Override
  public ResourceLeakTracker<T> trackForcibly(T resource) {
    return new Tracker<>();
  }

  private static final class Tracker<T> implements ResourceLeakTracker<T> {
    private final Throwable made = new Throwable();

    Tracker() {
      OPEN.add(this);
    }

    @Override
    public void record() {}

    @Override
    public void record(Object hint) {}

    @Override
    public boolean close(T resource) {
      return OPEN.remove(this);
    }

    @Override
    public @Nullable Throwable getCloseStackTraceIfAny() {
      return null;
    }
  }
}
