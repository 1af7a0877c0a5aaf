/// The real server with real Python processes and real sockets: what the inner rings cannot show.
///
/// One server per class where the tests do not end it; no test waits for time to pass.
@NullMarked
package io.saola.whole;

import org.jspecify.annotations.NullMarked;
