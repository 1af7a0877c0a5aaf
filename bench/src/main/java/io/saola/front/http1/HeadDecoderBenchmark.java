package io.saola.front.http1;

import io.netty.buffer.ByteBuf;
import io.saola.bench.Samples;
import io.saola.model.RequestHead;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What it costs to read a request's head.
///
/// Question: what is a browser's head beside a small one, and does either make an object?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeadDecoderBenchmark {
  /// Which request.
  @Param({"small", "browser"})
  public String request = "";

  private final HeadDecoder decoder = new HeadDecoder();
  private final RequestHead head = new RequestHead();
  private ByteBuf bytes = Samples.request("small");

  @Setup
  public void prepare() {
    bytes.release();
    bytes = Samples.request(request);
  }

  @TearDown
  public void release() {
    bytes.release();
  }

  @Benchmark
  public Result decode() {
    bytes.readerIndex(0);
    return decoder.decode(bytes, head);
  }
}
