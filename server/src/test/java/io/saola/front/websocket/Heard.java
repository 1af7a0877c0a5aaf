package io.saola.front.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Everything that a decoder hears, as text.
final class Heard implements MessageDecoder.Sink {
  final List<String> all = new ArrayList<>();

  @Override
  public void message(ByteBuf payload, boolean text) {
    all.add(text ? "text " + payload.toString(UTF_8) : "binary " + payload.toString(ISO_8859_1));
  }

  @Override
  public void ping(byte[] payload, int length) {
    all.add("ping " + new String(payload, 0, length, ISO_8859_1));
  }

  @Override
  public void closed(int code, String reason) {
    all.add("close " + code + " " + reason);
  }
}
