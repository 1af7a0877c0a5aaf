/// Frames and marshal blobs to bytes and back, as `protocol/PROTOCOL.md` has them. No I/O.
///
/// Used by `link` alone; knows request heads, and nothing of sockets or processes.
@NullMarked
package io.saola.wire;

import org.jspecify.annotations.NullMarked;
