/// Builds everything, in order, and stops it in the opposite order.
///
/// The only place where the parts of the server meet.
@NullMarked
package io.saola.boot;

import org.jspecify.annotations.NullMarked;
