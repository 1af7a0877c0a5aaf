package io.saola.observe;

import io.saola.bench.Samples;
import io.saola.settings.Settings;
import io.saola.settings.Sources;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What a line of the access log costs the event loop.
///
/// Question: is any format above 100 ns, and does any make an object?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccessLineBenchmark {
  /// Which format.
  @Param({"combined", "json"})
  public String format = "";

  private final AccessRecord record = new AccessRecord();
  private final Line line = new Line();
  private AccessLine access = access("combined");

  private static AccessLine access(String format) {
    // Any program will do: it is not started.
    String python = ProcessHandle.current().info().command().orElseThrow();
    Sources sources =
        new Sources(
            List.of("--access-logformat", format, "--python", python),
            Map.of(),
            Path.of("").toAbsolutePath());
    return new AccessLine(
        Settings.read(sources).log().accessFormat(),
        InstantSource.system(),
        TimeZone.getTimeZone("UTC"),
        4711,
        "web-1");
  }

  @Setup
  public void prepare() {
    access = access(format);
    record.reset();
    record.head = Samples.head("browser");
    record.hasHead = true;
    record.caller = Samples.caller();
    record.status = 200;
    record.bodyBytes = 512;
    record.startNanos = 5_000_000_000L;
    record.endNanos = 5_012_345_678L;
    record.queueNanos = 1_500_000;
    record.appNanos = 10_345_678;
    record.receiveNanos = 250_000;
    record.sendNanos = 250_000;
    record.doneNanos = 11_000_000;
    record.slot = 3;
  }

  @Benchmark
  public int write() {
    line.clear();
    access.write(record, line);
    return line.length();
  }
}
