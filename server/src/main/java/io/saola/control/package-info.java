/// The control socket: what an operator can ask a running server, and how servers are found.
///
/// Both ends are here. What the server can do is an interface, [io.saola.control.Operations], that
/// somebody else implements. Nothing of it is loaded before the app is served.
@NullMarked
package io.saola.control;

import org.jspecify.annotations.NullMarked;
