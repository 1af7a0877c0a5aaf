/// What several tests stand on: requests as a client writes them, Pythons, a worker in Java, leaks.
///
/// Knows the server only as its neighbours do: bytes, sockets, status pages.
@NullMarked
package io.saola.rig;

import org.jspecify.annotations.NullMarked;
