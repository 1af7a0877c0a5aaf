package io.saola.compress;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// gzip (RFC 1952) around the JDK's deflate.
final class GzipEncoder implements Encoder {
  /// Room beyond what the body needs: a header, blocks' ends and the trailer.
  static final int ROOM = 64;

  private static final int MAGIC = 0x1F8B;
  private static final int DEFLATE = 8;
  private static final int EXTRA = 4;

  /// The least that could be compressed.
  private static final int QUICKEST = 4;

  private static final int UNKNOWN_SYSTEM = 255;

  private final Deflater deflater;
  private final Consumer<Deflater> giveBack;
  private final CRC32 checksum = new CRC32();
  private final int padding;
  private boolean begun;
  private int length;

  /// @param deflater without a header of its own, as new
  /// @param giveBack what becomes of it at the end
  /// @param padding so many bytes more
  GzipEncoder(Deflater deflater, Consumer<Deflater> giveBack, int padding) {
    this.deflater = deflater;
    this.giveBack = giveBack;
    this.padding = padding;
  }

  @Override
  public void encode(ByteBuf in, boolean last, ByteBuf out) {
    if (!begun) {
      begun = true;
      header(out);
    }
    int size = in.readableBytes();
    ByteBuffer bytes = in.nioBuffer();
    checksum.update(bytes.duplicate());
    length += size; // RFC 1952 §2.3.1: modulo 2^32
    deflater.setInput(bytes);
    if (last) {
      deflater.finish();
    }
    int flush = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
    boolean more = true;
    while (more) {
      out.ensureWritable(Math.max(ROOM, size / 2));
      ByteBuffer to = out.nioBuffer(out.writerIndex(), out.writableBytes());
      int written = deflater.deflate(to, flush);
      out.writerIndex(out.writerIndex() + written);
      // zlib has more to say if it has filled what it was given.
      more = last ? !deflater.finished() : !to.hasRemaining();
    }
    if (last) {
      out.writeIntLE((int) checksum.getValue());
      out.writeIntLE(length);
    }
  }

  /// RFC 1952 §2.3: no name and no time, which would only tell something about the server.
  private void header(ByteBuf out) {
    out.writeShort(MAGIC).writeByte(DEFLATE).writeByte(padding > 0 ? EXTRA : 0).writeIntLE(0);
    out.writeByte(QUICKEST).writeByte(UNKNOWN_SYSTEM);
    if (padding > 0) {
      // One subfield (§2.3.1.1), named for itself.
      out.writeShortLE(4 + padding).writeByte('P').writeByte('A').writeShortLE(padding);
      out.writeZero(padding);
    }
  }

  @Override
  public void close() {
    giveBack.accept(deflater);
  }
}
