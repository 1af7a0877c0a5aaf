package io.saola.link;

import java.nio.file.Path;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Where links and status pages are, and what is said on them first.
///
/// @param socket path of the link socket
/// @param pages folder of the status pages, best in memory
/// @param arenas folder in memory where workers may make theirs; null if there is none
/// @param token what a Hello must know
/// @param welcome what the processes of a generation are told
public record LinkSettings(
    Path socket, Path pages, @Nullable Path arenas, String token, IntFunction<Welcome> welcome) {}
