package io.saola.os;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Random numbers that nobody can guess, from the kernel (random(4)). Not for more than one thread.
///
/// It is what SecureRandom gives, without the providers of Java's security, whose tables take 10 ms
/// of a start.
public final class KernelRandom implements RandomGenerator {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final byte[] stock = new byte[256];
  private int at = stock.length;

  @Override
  public long nextLong() {
    if (at == stock.length) {
      fill();
    }
    long number = (long) LONG.get(stock, at);
    at += Long.BYTES;
    return number;
  }

  /// 128 random bits as a UUID is written, in 36 characters.
  public String token() {
    return new UUID(nextLong(), nextLong()).toString();
  }

  private void fill() {
    try (FileInputStream source = new FileInputStream("/dev/urandom")) {
      if (source.readNBytes(stock, 0, stock.length) < stock.length) {
        throw new IOException("/dev/urandom has an end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    at = 0;
  }
}
