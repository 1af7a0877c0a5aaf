package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogTargetTest {
  private static final Path FOLDER = Path.of("/site");

  @Test
  void nowhere_standard_output_files_and_the_daemon_of_the_machine() throws BadValue {
    assertThat(LogTarget.read("", FOLDER)).isEqualTo(new LogTarget.None());
    assertThat(LogTarget.read("-", FOLDER)).isEqualTo(new LogTarget.StandardOutput());
    assertThat(LogTarget.read("a/../b.log", FOLDER))
        .isEqualTo(new LogTarget.File(Path.of("/site/b.log")));
    assertThat(LogTarget.read("./syslog", FOLDER))
        .isEqualTo(new LogTarget.File(Path.of("/site/syslog")));
    assertThat(LogTarget.read("syslog", FOLDER))
        .isEqualTo(new LogTarget.LocalSyslog(Path.of("/dev/log")));
    assertThat(LogTarget.read("syslog:/run/log:1", FOLDER))
        .isEqualTo(new LogTarget.LocalSyslog(Path.of("/run/log:1")));
  }

  @ParameterizedTest
  @CsvSource({
    "syslog:logs.example,logs.example,514",
    "syslog:logs.example:5140,logs.example,5140",
    "syslog:192.0.2.1:1,192.0.2.1,1",
    "syslog:[::1],::1,514",
    "syslog:[2001:db8::1]:65535,2001:db8::1,65535",
  })
  void daemons_elsewhere(String text, String host, int port) throws BadValue {
    assertThat(LogTarget.read(text, FOLDER)).isEqualTo(new LogTarget.RemoteSyslog(host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "syslog:",
        "syslog::514",
        "syslog:a:",
        "syslog:a:0",
        "syslog:a:65536",
        "syslog:a:b",
        "syslog:::1",
        "syslog:a:999999999999999999999",
        "syslog:[::1]x"
      })
  void mistakes(String text) {
    assertThatExceptionOfType(BadValue.class).isThrownBy(() -> LogTarget.read(text, FOLDER));
  }
}
