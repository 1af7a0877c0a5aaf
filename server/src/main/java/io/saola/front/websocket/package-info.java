/// WebSockets over HTTP/1.1 (RFC 6455), compressed where the client offers it (RFC 7692).
///
/// The decoders take bytes and give values; they do no I/O.
@NullMarked
package io.saola.front.websocket;

import org.jspecify.annotations.NullMarked;
