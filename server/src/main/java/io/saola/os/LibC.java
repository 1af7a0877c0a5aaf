package io.saola.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// The calls into the C library. The first one links, which costs some 100 ms cold; each function
/// is linked when it is first called.
final class LibC {
  private static final int WNOHANG = 1;
  private static final int F_SETFD = 2;
  private static final int FD_CLOEXEC = 1;

  private LibC() {}

  /// prctl(2) with one argument; whether it succeeded.
  static boolean prctl(int option, long argument) {
    MethodHandle prctl =
        link(
            "prctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    try {
      return (int) prctl.invokeExact(option, argument, 0L, 0L, 0L) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("prctl", e);
    }
  }

  /// umask(2).
  static void umask(int mask) {
    MethodHandle umask = link("umask", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    try {
      int ignored = (int) umask.invokeExact(mask);
    } catch (Throwable e) {
      throw new IllegalStateException("umask", e);
    }
  }

  /// Has these files closed by the next execve(2).
  static void closeOnExecute(List<Integer> files) {
    MethodHandle fcntl =
        link(
            "fcntl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    try {
      for (int file : files) {
        // One that has been closed meanwhile is an error that does not matter.
        int ignored = (int) fcntl.invokeExact(file, F_SETFD, FD_CLOEXEC);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("fcntl", e);
    }
  }

  /// execve(2): this process becomes another program, under its number. Returns if that failed.
  ///
  /// @param words their characters are bytes, as all of `environment`'s
  static void execute(String program, List<String> words, List<String> environment) {
    MethodHandle execve =
        link("execve", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      int ignored =
          (int)
              execve.invokeExact(
                  arena.allocateFrom(program, ISO_8859_1),
                  strings(arena, words),
                  strings(arena, environment));
    } catch (Throwable e) {
      throw new IllegalStateException("execve", e);
    }
  }

  private static MemorySegment strings(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ADDRESS, texts.size() + 1L); // ends with a null pointer
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(texts.get(i), ISO_8859_1));
    }
    return array;
  }

  /// Reaps one child if it has ended. Never waits.
  static void reap(int pid) {
    try {
      int ignored = (int) Waitpid.HANDLE.invokeExact(pid, MemorySegment.NULL, WNOHANG);
    } catch (Throwable e) {
      throw new IllegalStateException("waitpid", e);
    }
  }

  /// The one that is called more than once.
  private static final class Waitpid {
    static final MethodHandle HANDLE =
        link("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, FunctionDescriptor function, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), function, options);
  }
}
