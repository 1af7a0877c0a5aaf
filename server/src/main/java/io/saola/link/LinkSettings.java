package io.saola.link;

import java.nio.file.Path;
import java.util.function.IntFunction;

/// Where links and status pages are, and what is said on them first.
///
/// @param socket path of the link socket
/// @param pages folder of the status pages, best in memory
/// @param token what a Hello must know
/// @param welcome what the processes of a generation are told
public record LinkSettings(Path socket, Path pages, String token, IntFunction<Welcome> welcome) {}
