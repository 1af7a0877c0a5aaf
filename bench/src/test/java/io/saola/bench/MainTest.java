package io.saola.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  private static final int USAGE = 64;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private int run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    PrintStream both = new PrintStream(said, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
    try {
      return Main.run(List.of(arguments));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void it_explains_itself() {
    assertThat(run("--help")).isZero();
    assertThat(said()).startsWith("usage: saola lab jmh");
  }

  @Test
  void an_option_that_nobody_knows_is_named() {
    assertThat(run("--forever")).isEqualTo(USAGE);
    assertThat(said()).contains("saola lab jmh: ").contains("forever");
  }

  @Test
  void what_a_request_passes_is_there() {
    assertThat(run("-l")).isZero();
    assertThat(said())
        .contains(
            "HeadDecoderBenchmark.decode",
            "FramesBenchmark.read",
            "FramesBenchmark.write",
            "RequestBatchBenchmark.environs",
            "RequestBatchBenchmark.scopes",
            "ResponseWriterBenchmark.parse",
            "ResponseWriterBenchmark.write",
            "AccessLineBenchmark.write");
  }

  /// Once each, in this process: that they run, not what they cost.
  @Test
  void every_benchmark_runs_and_its_results_say_on_what(@TempDir Path folder) throws IOException {
    Path results = folder.resolve("results.json");

    int code = run("--quick", "-f", "0", "-r", "1ms", "-w", "1ms", "-rff", results.toString());

    assertThat(code).as(said()).isZero();
    assertThat(said()).containsPattern("machine: .+, \\d+ processors, Linux .+, JDK \\d+");
    assertThat(Files.readString(results)).contains("gc.alloc.rate.norm", "LineBenchmark.write");
  }
}
