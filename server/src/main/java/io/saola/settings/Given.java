package io.saola.settings;

import java.nio.file.Path;
import java.util.List;

/// What one source says about one setting.
///
/// @param base the folder that this source's own relative paths start from
record Given(List<String> texts, String origin, Path base) {}
