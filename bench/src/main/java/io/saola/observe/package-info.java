/// Benchmarks of this package.
@NullMarked
package io.saola.observe;

import org.jspecify.annotations.NullMarked;
