package io.saola.watch;

import java.nio.file.Path;
import java.util.List;

/// Where to look.
///
/// @param sources folders of source code, with what is below them
/// @param globs names of files that count there besides `*.py`
/// @param files that count wherever they are
/// @param announcements where processes say which files they have loaded (PROTOCOL §15)
/// @param poll whether to look at everything each second, because the kernel's notices do not say
///   what happens on the other side of a shared file system
public record Watched(
    List<Path> sources, List<String> globs, List<Path> files, Path announcements, boolean poll) {}
