/// The command line of the benchmarks, and what several of them need.
///
/// Benchmarks are in the package of what they measure, so that they can reach it.
@NullMarked
package io.saola.bench;

import org.jspecify.annotations.NullMarked;
