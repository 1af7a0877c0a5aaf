package io.saola.front.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A client's socket, whose way out can be shut, or clogged by a client that takes nothing.
final class Socket extends EmbeddedChannel implements DuplexChannel {
  private boolean clogged;
  private boolean outputShut;
  private int flushes;

  Socket() {
    pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void flush(ChannelHandlerContext ctx) {
                flushes++;
                ctx.flush();
              }
            });
  }

  int flushes() {
    return flushes;
  }

  void clog() {
    clogged = true;
  }

  void unclog() {
    clogged = false;
    unsafe().flush();
    runPendingTasks();
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) throws Exception {
    if (!clogged) {
      super.doWrite(in);
    }
  }

  void send(ByteBuf... frames) {
    writeInbound((Object[]) frames);
  }

  /// The client ends its side.
  void fin() {
    pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    runPendingTasks();
  }

  /// The frames that have left, each as its first byte in hex and its payload.
  List<String> frames() {
    runPendingTasks();
    List<String> frames = new ArrayList<>();
    for (Frame frame : left()) {
      frames.add(
          "%02x %s"
              .formatted(frame.first(), frame.payload().toString(StandardCharsets.ISO_8859_1)));
    }
    return frames;
  }

  /// @param payload in memory that needs no release
  record Frame(int first, ByteBuf payload) {}

  /// The frames that have left.
  List<Frame> left() {
    runPendingTasks();
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = readOutbound(); part != null; part = readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    List<Frame> frames = new ArrayList<>();
    while (all.isReadable()) {
      int first = all.readUnsignedByte();
      int size = all.readUnsignedByte();
      size = size == 126 ? all.readUnsignedShort() : size == 127 ? (int) all.readLong() : size;
      frames.add(new Frame(first, all.readSlice(size)));
    }
    return frames;
  }

  @Override
  public boolean isInputShutdown() {
    return false;
  }

  @Override
  public ChannelFuture shutdownInput() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShut;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    outputShut = true;
    return newSucceededFuture();
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isShutdown() {
    return !isOpen();
  }

  @Override
  public ChannelFuture shutdown() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }
}
