/// Measurements: what Saola costs and how it stands beside its peers.
///
/// Starts whole servers as an operator would and looks at them from outside; knows no class of the
/// server.
@NullMarked
package io.saola.lab;

import org.jspecify.annotations.NullMarked;
