package io.saola.compress;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/// Zstandard (RFC 8878), by the library that its authors wrote.
final class ZstdEncoder implements Encoder {
  /// 256 KiB: what a client must keep of one answer, and about what the server does. RFC 9659
  /// allows 8 MiB.
  private static final int WINDOW_LOG = 18;

  private static final int SKIPPABLE = 0x184D2A50;

  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private int padding;

  /// @param padding so many bytes more
  ZstdEncoder(int level, int padding) {
    this.padding = padding;
    context.setLevel(level).setWindowLog(WINDOW_LOG).setChecksum(false);
  }

  @Override
  public void encode(ByteBuf in, boolean last, ByteBuf out) {
    if (padding > 0) {
      // RFC 8878 §3.1.2: a frame that decoders skip.
      out.writeIntLE(SKIPPABLE).writeIntLE(padding).writeZero(padding);
      padding = 0;
    }
    boolean isDirect = in.isDirect() && in.nioBufferCount() == 1;
    ByteBuf direct =
        isDirect
            ? in.retain()
            : out.alloc()
                .directBuffer(in.readableBytes())
                .writeBytes(in, in.readerIndex(), in.readableBytes());
    try {
      ByteBuffer from = direct.nioBuffer();
      boolean done = false;
      while (!done) {
        out.ensureWritable(Math.max(GzipEncoder.ROOM, from.remaining() / 2));
        ByteBuffer to = out.nioBuffer(out.writerIndex(), out.writableBytes());
        int before = to.position();
        done =
            context.compressDirectByteBufferStream(
                to, from, last ? EndDirective.END : EndDirective.FLUSH);
        out.writerIndex(out.writerIndex() + to.position() - before);
      }
    } finally {
      direct.release();
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
