/// What is typed in a shell: commands, help, the table of `saola check`, the demo.
///
/// Holds the only `main` and the only `System.exit`.
@NullMarked
package io.saola.cli;

import org.jspecify.annotations.NullMarked;
