package io.saola.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Everything that settings are read from, besides the files found on the way.
///
/// @param arguments what follows the command: flags and the app target
/// @param environment the variables of the process
/// @param folder the absolute working folder
public record Sources(List<String> arguments, Map<String, String> environment, Path folder) {}
