package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettingsPageTest {
  @Test
  void the_documented_settings_are_the_declared_ones() {
    assertThat(SettingsPage.FILE)
        .as("run the class SettingsPage and commit the result")
        .content()
        .isEqualTo(SettingsPage.markdown());
  }
}
