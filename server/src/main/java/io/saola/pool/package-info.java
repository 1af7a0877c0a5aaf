/// Which worker takes the next exchange: idle places, adaptive prefetch, recall, the queue.
///
/// Knows nothing about processes or sockets, and does not block: one event loop owns a pool.
@NullMarked
package io.saola.pool;

import org.jspecify.annotations.NullMarked;
