package io.saola.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.saola.bench.Samples;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What a frame costs beside its payload: its header, read and checked, or written.
///
/// Question: is it anything beside a system call?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FramesBenchmark {
  private static final int FRAMES = 32;

  private final Frames frames = new Frames();
  private final ByteBuf responses = Unpooled.directBuffer();
  private final ByteBuf out = Unpooled.directBuffer();
  private final ByteBuf payload = Unpooled.directBuffer();

  /// Answers as a worker sends them together.
  @Setup
  public void prepare() {
    byte[] head = Samples.response("hello");
    byte[] body = new byte[12];
    responses.clear();
    for (int stream = 1; stream <= FRAMES; stream++) {
      responses.writeIntLE(4 + head.length + body.length);
      responses.writeByte(FrameKind.RESPONSE).writeByte(0);
      responses.writeShortLE(Samples.responseLines("hello"));
      responses.writeIntLE(stream);
      responses.writeIntLE(head.length).writeBytes(head).writeBytes(body);
    }
    payload.clear().writeZero(400);
  }

  @TearDown
  public void release() {
    responses.release();
    out.release();
    payload.release();
  }

  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public int read() {
    responses.readerIndex(0);
    int sum = 0;
    while (frames.next(responses)) {
      sum += frames.stream() + frames.count();
      responses.skipBytes(frames.length());
    }
    return sum;
  }

  @Benchmark
  @OperationsPerInvocation(FRAMES)
  public int write() {
    out.clear();
    for (int stream = 1; stream <= FRAMES; stream++) {
      Frames.header(out, payload.writerIndex(), FrameKind.REQUEST, 0, stream);
      out.writeBytes(payload, 0, payload.writerIndex());
    }
    return out.writerIndex();
  }
}
