package io.saola.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenFileCountTest {
  private static final long HERE = ProcessHandle.current().pid();

  @Test
  void a_process_has_what_it_opens() throws IOException {
    long before = OpenFileCount.of(HERE).orElseThrow();
    List<FileInputStream> more = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        more.add(new FileInputStream("/dev/null"));
      }

      // The JVM may open and close others meanwhile.
      assertThat(OpenFileCount.of(HERE).orElseThrow() - before).isBetween(80L, 120L);
    } finally {
      for (FileInputStream file : more) {
        file.close();
      }
    }
    assertThat(OpenFileCount.limit(HERE)).isGreaterThan(before);
  }

  @Test
  void a_process_that_is_not_there_has_nothing() {
    assertThat(OpenFileCount.of(Integer.MAX_VALUE)).isEmpty();
    assertThat(OpenFileCount.limit(Integer.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }
}
