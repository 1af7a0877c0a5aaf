/// The outside: who connects, whom to believe about it, and one subpackage per protocol.
///
/// Translates what clients send into exchanges and never sees a worker.
@NullMarked
package io.saola.front;

import org.jspecify.annotations.NullMarked;
