/// The load that wrk cannot make: clients of server-sent events and WebSockets, all on one thread,
/// and requests at a fixed rate.
///
/// Counts what it got, measures how late it came, and takes nothing for granted: what a server says
/// wrongly ends the measurement. Knows no server and starts none.
@NullMarked
package io.saola.lab.load;

import org.jspecify.annotations.NullMarked;
