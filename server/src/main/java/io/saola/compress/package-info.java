/// Which answers are compressed, by what coding, and how; it knows nothing of connections.
@NullMarked
package io.saola.compress;

import org.jspecify.annotations.NullMarked;
