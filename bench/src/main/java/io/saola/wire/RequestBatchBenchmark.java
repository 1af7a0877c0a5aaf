package io.saola.wire;

import io.saola.bench.Samples;
import io.saola.model.Caller;
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

/// What it costs to write requests for a worker: all that travel together, so divide by `batch`.
///
/// Question: what do back references save where requests repeat each other?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestBatchBenchmark {
  /// Which request.
  @Param({"small", "browser"})
  public String request = "";

  /// How many travel together.
  @Param({"1", "32"})
  public int batch;

  private final CommonEnviron common = new CommonEnviron("", "saola/1", "127.0.0.1", 8000);
  private final EnvironBatch environs = new EnvironBatch(common);
  private final ScopeBatch scopes = new ScopeBatch(common);
  private final Caller caller = Samples.caller();
  private RequestHead head = new RequestHead();

  @Setup
  public void prepare() {
    head = Samples.head(request);
  }

  @Benchmark
  public MarshalWriter environs() {
    return write(environs);
  }

  @Benchmark
  public MarshalWriter scopes() {
    return write(scopes);
  }

  private MarshalWriter write(RequestBatch requests) {
    requests.clear();
    for (int i = 0; i < batch; i++) {
      requests.add(head, caller, 0);
    }
    return requests.finish();
  }
}
