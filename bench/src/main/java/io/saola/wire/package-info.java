/// Benchmarks of this package.
@NullMarked
package io.saola.wire;

import org.jspecify.annotations.NullMarked;
