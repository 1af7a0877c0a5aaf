/// What is said about the server's work: access log, error log, output of the app, counters.
///
/// Lines about requests are formatted into bytes where they happen and written by a thread of their
/// own; everything else goes to standard error at once.
@NullMarked
package io.saola.observe;

import org.jspecify.annotations.NullMarked;
