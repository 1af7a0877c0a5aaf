package io.saola.front.websocket;

import io.saola.front.Rates;
import io.saola.settings.AllowedOrigins;

/// What every WebSocket of the front is held to. Times are in nanoseconds.
///
/// @param maxSize bytes of one message, after inflating
/// @param pingInterval time between pings; 0 for none
/// @param pingTimeout how long a client that was pinged may send nothing at all; 0 for ever
/// @param idleTimeout how long no message may go either way; 0 for ever
/// @param rates how slow a client may be in taking what is sent to it
/// @param compression whether permessage-deflate (RFC 7692) is agreed to
/// @param origins whose pages may open a WebSocket
public record WebSocketSettings(
    int maxSize,
    long pingInterval,
    long pingTimeout,
    long idleTimeout,
    Rates rates,
    boolean compression,
    AllowedOrigins origins) {}
