/// Files that the server sends itself: which one a request is for, whether its client has it
/// already, and which parts of it are asked for. Knows no sockets and no workers.
@NullMarked
package io.saola.files;

import org.jspecify.annotations.NullMarked;
