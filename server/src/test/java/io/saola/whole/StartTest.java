package io.saola.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.testkit.SaolaProcess;
import io.saola.testkit.SaolaProcess.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start must not use for the first time: things of the JDK that take it 5 to 15 ms each to
/// prepare, which nobody sees who calls a harmless method of them.
class StartTest {
  private static final List<String> SLOW_TO_PREPARE =
      List.of(
          "java/math/BigDecimal", // Duration.dividedBy and multipliedBy
          "sun/security/jca/Providers", // SecureRandom, UUID.randomUUID, Files.createTempFile
          "java/time/format/DateTimeFormatter", // LocalDate.getDayOfWeek
          "sun/util/locale/provider/LocaleProviderAdapter"); // numbers in String.format

  /// Where Netty unpacks its library into a temporary file, which it need not in an image.
  private static final String UNPACKED = "'io/netty/util/internal/NativeLibraryLoader'";

  @TempDir Path folder;

  @Test
  void a_start_prepares_nothing_that_takes_long() throws IOException {
    Path log = folder.resolve("classes.log");
    Map<String, String> variables =
        Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+init=info:file=" + log + ":none");

    try (SaolaProcess server =
        SaolaProcess.startUnder(
            new Surroundings(List.of(), variables), SaolaProcess.APPS, "whole_app:app")) {
      server.awaitReady();
      List<String> prepared = Files.readAllLines(log);

      assertThat(prepared).anyMatch(line -> line.contains("Initializing 'io/saola/boot/Server'"));
      for (String slow : SLOW_TO_PREPARE) {
        assertThat(prepared)
            .as(slow)
            .noneMatch(line -> line.contains("'" + slow + "'") && !isOfUnpacking(prepared, line));
      }
    }
  }

  private static boolean isOfUnpacking(List<String> prepared, String line) {
    int at = prepared.indexOf(line);
    return line.contains("jca/Providers'")
        && prepared.subList(0, at).stream().anyMatch(before -> before.contains(UNPACKED));
  }
}
