/// Which files of the app have changed, for `--reload`.
///
/// Nothing here knows what a reload is: [Watcher] is told where to look and says what it sees.
@NullMarked
package io.saola.watch;

import org.jspecify.annotations.NullMarked;
