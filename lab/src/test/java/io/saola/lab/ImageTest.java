package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageTest {
  private static final Machine MACHINE =
      new Machine("cpu", 2, 1, "6", "0", "25", "3.11", "wrk", "abc", Instant.EPOCH);

  @Test
  void both_rows_are_measured_unless_one_is_named() throws UsageException {
    assertThat(ImageOptions.parse(List.of()).only()).containsExactly("image", "classes");
    assertThat(ImageOptions.parse(List.of("--only", "image")).only()).containsExactly("image");
  }

  @Test
  void quick_is_short_and_what_is_said_besides_still_counts() throws UsageException {
    ImageOptions options = ImageOptions.parse(List.of("--quick", "--starts", "3", "--seconds=0"));

    assertThat(options.starts()).isEqualTo(3);
    assertThat(options.seconds()).isZero();
    assertThat(options.idle()).isEqualTo(1);
  }

  @Test
  void all_that_is_wrong_is_reported_at_once() {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(
            () -> ImageOptions.parse(List.of("--only", "imag", "--starts", "0", "--idle", "x")))
        .satisfies(e -> assertThat(e.problems()).hasSize(3));
  }

  @Test
  void a_server_is_warm_in_the_first_second_that_has_the_rate_of_later() {
    ImageRun run = run("image", 300, 50, 10, 60, 89, 95, 100, 102);

    assertThat(run.steadyRate()).isEqualTo(101);
    assertThat(run.warmSecond()).isEqualTo(4);
  }

  @Test
  void without_a_load_there_is_no_such_second() {
    assertThat(run("image", 300, 50).warmSecond()).isNaN();
  }

  @Test
  void what_is_to_be_reached_is_judged_by_the_image_alone() throws UsageException {
    ImageReport report =
        report(
            "--seconds=0", run("image", 249, 61), run("image", 250, 61), run("classes", 700, 90));

    assertThat(report.verdicts())
        .containsExactly(
            "reached: first answer beyond Python 150 ms, at most 150",
            "missed : idle RSS 61 MiB, at most 60");
    assertThat(report.page()).contains("classes").contains("700");
  }

  @Test
  void without_the_image_nothing_is_judged() throws UsageException {
    assertThat(report("--only=classes", run("classes", 700, 90, 1)).verdicts()).isEmpty();
  }

  @Test
  void the_time_of_compilers_is_that_of_their_threads_alone() {
    String times = " S 1 1 1 0 -1 0 9 9 9 9 40 2 700 800 20 0 25 0 1 1 1";

    assertThat(JavaProcess.compilerTicks("7 (C2 CompilerThre)" + times)).isEqualTo(42);
    assertThat(JavaProcess.compilerTicks("8 (C1 CompilerThre)" + times)).isEqualTo(42);
    assertThat(JavaProcess.compilerTicks("9 (saola-loop (C2))" + times)).isZero();
  }

  private static ImageReport report(String option, ImageRun... runs) throws UsageException {
    ImageOptions options = ImageOptions.parse(List.of(option));
    return new ImageReport(MACHINE, options, List.of(100.0), List.of(runs));
  }

  private static ImageRun run(String row, double first, int mebibytes, double... rates) {
    JavaProcess.Size size = new JavaProcess.Size(mebibytes * 1024L, 1024, 2048);
    List<ImageRun.Second> seconds =
        Arrays.stream(rates).mapToObj(rate -> new ImageRun.Second(rate, 1)).toList();
    return new ImageRun(row, first, 400, size, size, seconds, 1100, 0);
  }
}
