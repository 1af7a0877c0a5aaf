/// What the whole-server tests are made with: the real server as a process, and a client that sends
/// anything.
///
/// Nothing here knows what a single test is about.
@NullMarked
package io.saola.testkit;

import org.jspecify.annotations.NullMarked;
