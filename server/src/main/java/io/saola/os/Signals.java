package io.saola.os;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/// Runs something when this process receives a signal.
///
/// `sun.misc.Signal` is exported by `jdk.unsupported` and has no successor. javac warns about every
/// mention of it in a way that no annotation silences, so it is reached by reflection.
public final class Signals {
  private Signals() {}

  /// From now on a signal, named without its `SIG` (`TERM`, `HUP`), runs `action` instead of what
  /// the JVM would do. Each signal runs on its own short-lived thread.
  ///
  /// @throws IllegalArgumentException if there is no such signal, or the JVM keeps it for itself
  public static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> answer(self, method, arguments, action));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException("signal " + name + ": " + cause.getMessage(), e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // a handler is equal to itself alone
  private static Object answer(Object self, Method method, Object[] arguments, Runnable action) {
    return switch (method.getName()) {
      case "handle" -> {
        action.run();
        yield self;
      }
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      default -> action.toString();
    };
  }
}
