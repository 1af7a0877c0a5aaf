/// Benchmarks of this package.
@NullMarked
package io.saola.front.http1;

import org.jspecify.annotations.NullMarked;
