package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedResultTest {
  @TempDir Path folder;

  @Test
  void what_was_saved_is_read_back() throws Exception {
    PeersResult result =
        PeersResults.of(
            AppInterface.ASGI,
            2,
            List.of(
                run("saola", new Situation(AppInterface.ASGI, Workload.HELLO, 2, 64)),
                run("granian", new Situation(AppInterface.ASGI, Workload.SSE, 1, 1000))));

    assertThat(SavedResult.read(file(Json.write(result.toMap())))).isEqualTo(result);
  }

  @Test
  void another_file_is_refused_in_one_line() throws IOException {
    Path other = file("{\"method\": {\"interface\": \"wsgi\"}}");

    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> SavedResult.read(other))
        .withMessage(
            "--with "
                + other
                + ": no result of 'lab peers --json' of this version: method has no load");
    assertThatExceptionOfType(LabException.class)
        .isThrownBy(() -> SavedResult.read(folder.resolve("none.json")))
        .withMessageContaining("cannot be read");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("saved.json"), text);
  }

  private static Measurement run(String server, Situation situation) {
    return PeersResults.measurement(1, server, situation, 1000, 20, 10);
  }
}
