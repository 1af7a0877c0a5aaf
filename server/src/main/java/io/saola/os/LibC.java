package io.saola.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The two calls into the C library. The first use links them, which costs some 100 ms cold.
final class LibC {
  private static final int WNOHANG = 1;

  private static final MethodHandle PRCTL =
      link(
          "prctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));

  private static final MethodHandle WAITPID =
      link("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

  private LibC() {}

  /// prctl(2) with one argument; whether it succeeded.
  static boolean prctl(int option, long argument) {
    try {
      return (int) PRCTL.invokeExact(option, argument, 0L, 0L, 0L) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("prctl", e);
    }
  }

  /// Reaps one child if it has ended. Never waits.
  static void reap(int pid) {
    try {
      int ignored = (int) WAITPID.invokeExact(pid, MemorySegment.NULL, WNOHANG);
    } catch (Throwable e) {
      throw new IllegalStateException("waitpid", e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, FunctionDescriptor function, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), function, options);
  }
}
