/// Builds everything, in order, and stops it in the opposite order; the only place where parts
/// meet.
///
/// An event of one part becomes a call of another here: a worker that is ready goes to the pool.
@NullMarked
package io.saola.boot;

import org.jspecify.annotations.NullMarked;
