package io.saola.front.http1;

import io.netty.buffer.ByteBufAllocator;
import io.saola.bench.Samples;
import io.saola.front.http1.ResponseWriter.Persistence;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import io.saola.settings.AnswerSettings;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What it costs to write a response's head, from the lines that a worker sends.
///
/// Question: how much of it is reading the app's lines, and how much writing ours?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ResponseWriterBenchmark {
  /// Which response.
  @Param({"hello", "page"})
  public String response = "";

  private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
  private final ResponseWriter writer =
      new ResponseWriter(
          InstantSource.system(), true, new AnswerSettings(List.of(), List.of(), "saola"));
  private final RequestHead request = Samples.head("browser");
  private final ResponseHead parsed = new ResponseHead();
  private ResponseHead head = new ResponseHead();
  private byte[] bytes = {};
  private int lines;

  @Setup
  public void prepare() {
    head = Samples.responseHead(response);
    bytes = Samples.response(response);
    lines = Samples.responseLines(response);
  }

  @Benchmark
  public ResponseHead parse() {
    Samples.parse(parsed, bytes, lines);
    return parsed;
  }

  @Benchmark
  public boolean write() {
    return writer.head(allocator, request, head, 12, false, Persistence.SILENT, 12).release();
  }
}
