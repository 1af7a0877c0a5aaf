package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTest {
  static Stream<Arguments> lines() {
    return Stream.of(
        arguments("started 7 3.12.1", new Report.Started(7, new PythonVersion(3, 12, 1))),
        arguments("fifo slot-3", new Report.FifoMade("slot-3")),
        arguments("mold 2 8", new Report.MoldForked(2, 8)),
        arguments("forked 2 3 9", new Report.WorkerForked(2, 3, 9)),
        arguments("unforked 2 3", new Report.Unforked(2, 3)),
        arguments(
            "exited 9 worker 2 3 -9", new Report.Exited(9, Role.WORKER, 2, 3, new ExitStatus(-9))),
        arguments("exited 8 mold 2 0 3", new Report.Exited(8, Role.MOLD, 2, 0, new ExitStatus(3))),
        arguments(
            "exited 5 other 0 0 0", new Report.Exited(5, Role.OTHER, 0, 0, new ExitStatus(0))),
        arguments("error no such  thing", new Report.Failed("no such  thing")));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void every_line_of_the_protocol_is_read(String line, Report report) {
    assertThat(Report.parse(line)).isEqualTo(report);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "mold 2",
        "mold 2 8 9",
        "mold two 8",
        "mold  2 8",
        "started 7 3.12",
        "exited 9 boss 2 3 0"
      })
  void anything_else_is_refused(String line) {
    assertThatIllegalArgumentException().isThrownBy(() -> Report.parse(line));
  }

  @ParameterizedTest
  @CsvSource({
    "0, code=0, exit code 0",
    "3, code=3, exit code 3",
    "-9, signal=KILL, SIGKILL",
    "-11, signal=SEGV, SIGSEGV",
    "-38, signal=RTMIN+4, SIGRTMIN+4",
    "-30, signal=30, SIG30",
  })
  void an_end_has_one_rendering_for_logs_and_one_for_sentences(
      int value, String field, String sentence) {
    assertThat(new ExitStatus(value).field()).isEqualTo(field);
    assertThat(new ExitStatus(value)).hasToString(sentence);
  }

  @ParameterizedTest
  @CsvSource({"2.7.18, false", "3.9.18, false", "3.10.0, true", "3.14.0, true", "4.0.0, false"})
  void only_pythons_that_the_worker_runs_on_are_supported(String version, boolean supported) {
    assertThat(PythonVersion.parse(version).isSupported()).isEqualTo(supported);
  }
}
