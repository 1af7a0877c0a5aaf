package io.saola.settings;

/// A value in force and where it came from: `flag --workers`, `SAOLA_WORKERS`, `saola.toml line 3`,
/// `default`.
public record Effective(Setting<?> setting, String text, String origin) {}
