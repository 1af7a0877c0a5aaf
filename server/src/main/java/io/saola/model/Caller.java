package io.saola.model;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Who is asking, and where: what an app sees as REMOTE_ADDR, the scheme and SERVER_NAME.
///
/// Made once per connection from its socket, and anew for a request whose forwarded headers a
/// trusted proxy has set. Unix socket peers have an empty address and port 0.
public final class Caller {
  private final String address;
  private final int port;
  private final String scheme;
  private final @Nullable String host;
  private final String serverName;
  private final int serverPort;
  private final byte[] addressBytes;
  private final byte[] portBytes;
  private final byte[] serverNameBytes;
  private final byte[] serverPortBytes;

  /// @param host replaces the request's Host if a trusted proxy has sent another, else null
  public Caller(
      String address,
      int port,
      String scheme,
      @Nullable String host,
      String serverName,
      int serverPort) {
    this.address = address;
    this.port = port;
    this.scheme = scheme;
    this.host = host;
    this.serverName = serverName;
    this.serverPort = serverPort;
    this.addressBytes = address.getBytes(StandardCharsets.US_ASCII);
    this.portBytes = (port == 0 ? "" : Integer.toString(port)).getBytes(StandardCharsets.US_ASCII);
    this.serverNameBytes = serverName.getBytes(StandardCharsets.US_ASCII);
    this.serverPortBytes = Integer.toString(serverPort).getBytes(StandardCharsets.US_ASCII);
  }

  public String address() {
    return address;
  }

  public int port() {
    return port;
  }

  /// `http` or `https`.
  public String scheme() {
    return scheme;
  }

  public @Nullable String host() {
    return host;
  }

  public String serverName() {
    return serverName;
  }

  public int serverPort() {
    return serverPort;
  }

  /// The address as it travels: encoded once, not once per request. Not to be changed.
  public byte[] addressBytes() {
    return addressBytes;
  }

  /// The port as it travels; empty for a Unix socket. Not to be changed.
  public byte[] portBytes() {
    return portBytes;
  }

  /// The server's name as it travels. Not to be changed.
  public byte[] serverNameBytes() {
    return serverNameBytes;
  }

  /// The server's port as it travels. Not to be changed.
  public byte[] serverPortBytes() {
    return serverPortBytes;
  }
}
