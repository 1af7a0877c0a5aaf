package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class VersionTest {
  @Test
  void it_is_the_same_as_in_the_pom() {
    assertThat(Path.of("pom.xml")).content().contains("<version>" + Version.TEXT + "</version>");
  }
}
