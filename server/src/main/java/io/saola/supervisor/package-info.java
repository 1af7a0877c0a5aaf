/// The processes: the keeper, the mold, the workers in their slots, and what becomes of each.
///
/// `protocol/PROTOCOL.md` §12 is what is said to the keeper. Knows nothing of links, pools and
/// HTTP: a worker that becomes ready or dies is an event, and `boot` passes it on.
@NullMarked
package io.saola.supervisor;

import org.jspecify.annotations.NullMarked;
