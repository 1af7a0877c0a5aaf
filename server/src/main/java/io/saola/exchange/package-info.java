/// One request and its response, whatever protocol carried them: spooling, credit, deadline, retry.
///
/// Stands between `front`, which never sees a worker, and `link`, which never sees HTTP versions.
@NullMarked
package io.saola.exchange;

import org.jspecify.annotations.NullMarked;
