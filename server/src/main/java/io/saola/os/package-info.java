/// What the JDK does not offer: signals, adopted children, who holds a port, pid files.
///
/// Knows nothing of Saola; each class is one small thing that Linux can do.
@NullMarked
package io.saola.os;

import org.jspecify.annotations.NullMarked;
