package io.saola.rig;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails each class of tests that leaves buffers open. It is there for all of them: JUnit finds it
/// by its name in `META-INF/services`.
public final class LeakGuard implements BeforeAllCallback, AfterAllCallback {
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);

  private static final Set<Class<?>> GUARDED = ConcurrentHashMap.newKeySet();

  /// Whether this class's tests run under its eyes.
  static boolean isOn(Class<?> tests) {
    return GUARDED.contains(tests);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    GUARDED.add(context.getRequiredTestClass());
    store(context).put(LeakGuard.class, LeakCounter.open());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Integer before = store(context).get(LeakGuard.class, Integer.class);
    check(before == null ? 0 : before, LONGEST);
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(
        ExtensionContext.Namespace.create(LeakGuard.class, context.getUniqueId()));
  }

  /// @param before how many were open when it began
  /// @param longest how long event loops may need to end, in nanoseconds
  static void check(int before, long longest) {
    long end = System.nanoTime() + longest;
    while (LeakCounter.open() > before) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(
            "LEAK: " + (LeakCounter.open() - before) + " buffers" + LeakCounter.describe());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
