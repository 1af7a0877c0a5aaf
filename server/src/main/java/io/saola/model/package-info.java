/// The vocabulary as values: request heads, known header names, rejections, callers.
///
/// Knows nothing of Netty, of settings or of processes.
@NullMarked
package io.saola.model;

import org.jspecify.annotations.NullMarked;
