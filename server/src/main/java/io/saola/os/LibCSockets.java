package io.saola.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The calls into the C library for Unix datagram sockets; linked only where they are wanted.
///
/// Each returns 0 or `errno`, but for [#datagram], which returns a descriptor or -1.
final class LibCSockets {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int ADDRESS_SIZE = 110;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  private static final MethodHandle SOCKET =
      link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CONNECT =
      link("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT), CAPTURE);
  private static final MethodHandle SEND =
      link(
          "send",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          CAPTURE);
  private static final MethodHandle CLOSE =
      link("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle STRERROR =
      link("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

  private LibCSockets() {}

  static int datagram() {
    try {
      return (int) SOCKET.invokeExact(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    } catch (Throwable e) {
      throw new IllegalStateException("socket", e);
    }
  }

  static int connect(int fd, byte[] path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(ADDRESS_SIZE);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
      MemorySegment state = arena.allocate(STATE);
      int result = (int) CONNECT.invokeExact(state, fd, address, ADDRESS_SIZE);
      return result < 0 ? (int) ERRNO.get(state, 0L) : 0;
    } catch (Throwable e) {
      throw new IllegalStateException("connect", e);
    }
  }

  static int send(int fd, byte[] bytes, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(Math.max(1, length));
      MemorySegment.copy(bytes, 0, message, JAVA_BYTE, 0, length);
      MemorySegment state = arena.allocate(STATE);
      long result = (long) SEND.invokeExact(state, fd, message, (long) length, MSG_NOSIGNAL);
      return result < 0 ? (int) ERRNO.get(state, 0L) : 0;
    } catch (Throwable e) {
      throw new IllegalStateException("send", e);
    }
  }

  static void close(int fd) {
    try {
      int ignored = (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw new IllegalStateException("close", e);
    }
  }

  /// What the C library calls an error.
  @SuppressWarnings("restricted")
  static String text(int error) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(error);
      return text.reinterpret(256).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException("strerror", e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, FunctionDescriptor function, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), function, options);
  }
}
