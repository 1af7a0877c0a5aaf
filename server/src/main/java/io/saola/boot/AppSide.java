package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.exchange.Dispatcher;
import io.saola.exchange.ExchangeSettings;
import io.saola.supervisor.RuntimeFolder;
import io.saola.supervisor.Supervisor;

/// What stands between the server and the processes of its app.
///
/// @param loop of everything that is Netty's
/// @param limits of requests, whoever brings them
/// @param token that a process must know to be let in
record AppSide(
    EventLoop loop,
    RuntimeFolder runtime,
    SpoolFolder spool,
    ExchangeSettings limits,
    String token,
    Blueprints blueprints,
    Processes processes,
    Supervisor supervisor,
    Dispatcher dispatcher,
    AutoStatic staticFiles,
    Links links) {}
