package io.saola.compress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.saola.rig.Codings;
import io.saola.rig.LeakCounter;
import io.saola.settings.Coding;
import java.io.IOException;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodersTest {
  private final int leaksBefore = LeakCounter.open();
  private final Random random = new Random(7);

  @BeforeAll
  static void load() {
    Brotli4jLoader.ensureAvailability();
  }

  @AfterEach
  void nothing_is_kept() {
    assertThat(LeakCounter.open()).as(LeakCounter.describe()).isEqualTo(leaksBefore);
  }

  private static Encoder encoder(Coding coding, int padding) {
    return switch (coding) {
      case ZSTD -> new ZstdEncoder(1, padding);
      case BR -> new BrotliEncoder(1);
      case GZIP -> new GzipEncoder(new Deflater(1, true), Deflater::end, padding);
    };
  }

  private byte[] bytes(int size, boolean plain) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    for (int i = 0; i < size && plain; i++) {
      bytes[i] = (byte) ('a' + (bytes[i] & 3));
    }
    return bytes;
  }

  private static byte[] encode(Encoder encoder, byte[] data, boolean last, boolean direct) {
    ByteBuf in = direct ? Unpooled.directBuffer() : Unpooled.buffer();
    ByteBuf out = UnpooledByteBufAllocator.DEFAULT.directBuffer(1);
    encoder.encode(in.writeBytes(data), last, out);
    byte[] bytes = ByteBufUtil.getBytes(out);
    in.release();
    out.release();
    return bytes;
  }

  @ParameterizedTest
  @EnumSource
  void whatever_goes_in_comes_out(Coding coding) throws IOException {
    for (int size : new int[] {0, 1, 500, 16_384, 16_385, 70_000, 1 << 20}) {
      for (boolean plain : new boolean[] {true, false}) {
        byte[] data = bytes(size, plain);
        byte[] coded;
        try (Encoder encoder = encoder(coding, 0)) {
          coded = encode(encoder, data, true, plain);
        }

        assertThat(Codings.decoder(coding, coded).readAllBytes()).isEqualTo(data);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void each_piece_can_be_read_before_the_next_one_comes(Coding coding) throws IOException {
    ByteBuf sent = Unpooled.buffer();
    ByteBuf expected = Unpooled.buffer();
    try (Encoder encoder = encoder(coding, 0)) {
      for (int i = 0; i < 20; i++) {
        byte[] piece = ("event " + i + "\n").repeat(i * i + 1).getBytes(ISO_8859_1);
        expected.writeBytes(piece);
        sent.writeBytes(encode(encoder, piece, false, true));

        byte[] readable =
            Codings.decoder(coding, ByteBufUtil.getBytes(sent))
                .readNBytes(expected.readableBytes());
        assertThat(readable).isEqualTo(ByteBufUtil.getBytes(expected));
      }
      sent.writeBytes(encode(encoder, new byte[0], true, true));
    }
    assertThat(Codings.decoder(coding, ByteBufUtil.getBytes(sent)).readAllBytes())
        .isEqualTo(ByteBufUtil.getBytes(expected));
    sent.release();
    expected.release();
  }

  @ParameterizedTest
  @EnumSource(names = {"ZSTD", "GZIP"})
  void padding_makes_it_longer_and_no_reader_notices(Coding coding) throws IOException {
    byte[] data = bytes(1000, true);
    int bare;
    try (Encoder encoder = encoder(coding, 0)) {
      bare = encode(encoder, data, true, true).length;
    }

    byte[] padded;
    try (Encoder encoder = encoder(coding, 77)) {
      padded = encode(encoder, data, true, true);
    }

    assertThat(padded.length).isBetween(bare + 77, bare + 77 + 8);
    assertThat(Codings.decoder(coding, padded).readAllBytes()).isEqualTo(data);
  }

  @Test
  void a_deflater_is_ended_or_given_back_once_the_body_is_cut_off() {
    Deflater deflater = new Deflater(1, true);
    Encoder encoder = new GzipEncoder(deflater, Deflater::end, 0);
    encode(encoder, bytes(100, true), false, true);

    encoder.close();

    assertThatThrownBy(deflater::getBytesRead).isInstanceOf(IllegalStateException.class);
  }
}
