package io.saola.settings;

import java.util.List;

/// What came of reading settings: values with their origins, and all problems.
public final class Reading {
  private final Settings settings;
  private final List<Effective> effective;
  private final List<String> problems;

  Reading(Settings settings, List<Effective> effective, List<String> problems) {
    this.settings = settings;
    this.effective = effective;
    this.problems = problems;
  }

  /// The settings.
  ///
  /// @throws SettingsException if there is any problem
  public Settings settings() {
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    return settings;
  }

  /// Every setting's value, in the order of the documentation.
  public List<Effective> effective() {
    return effective;
  }

  public List<String> problems() {
    return problems;
  }
}
