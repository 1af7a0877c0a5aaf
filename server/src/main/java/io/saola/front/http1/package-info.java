/// HTTP/1.0 and HTTP/1.1 (RFC 9112): strict decoding, because everything behind it trusts it.
///
/// The decoders take bytes and give values; they do no I/O.
@NullMarked
package io.saola.front.http1;

import org.jspecify.annotations.NullMarked;
