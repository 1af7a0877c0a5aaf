/// Live connections to molds and workers: the handshake, frames over Unix sockets, credit, status
/// pages.
///
/// Knows nothing of HTTP versions, of processes' lives, or of who gets the next request.
@NullMarked
package io.saola.link;

import org.jspecify.annotations.NullMarked;
