package io.saola.observe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// A UDP socket. Connected, so that a refusal by the other end is heard of.
final class UdpSocket implements Datagrams {
  private final DatagramChannel channel;

  private UdpSocket(DatagramChannel channel) {
    this.channel = channel;
  }

  static Datagrams connect(String host, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UnknownHostException(host + " cannot be resolved");
    }
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.connect(address);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new UdpSocket(channel);
  }

  @Override
  public void send(byte[] bytes, int length) throws IOException {
    channel.write(ByteBuffer.wrap(bytes, 0, length));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
