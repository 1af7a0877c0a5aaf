package io.saola.front;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.saola.model.ResponseHead;
import io.saola.settings.AnswerSettings;
import io.saola.settings.HeaderField;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The header fields that the server adds to answers, as bytes, each with its line end.
public final class AnswerFields {
  /// Fields of which several add up, so that an answer's own is no reason to leave another out.
  private static final Set<String> ADDED_UP = Set.of("vary", "set-cookie");

  /// What answers of the server itself say where they need it; nothing may contradict it.
  private static final Set<String> OWN =
      Set.of("content-type", "cache-control", "retry-after", "allow");

  private static final byte[] NONE = {};

  private final byte[] server;
  private final byte[] own;
  private final byte[][] lines;
  private final String[] names;

  public AnswerFields(AnswerSettings settings) {
    server = settings.server().isEmpty() ? NONE : line("Server", settings.server());
    List<byte[]> all = new ArrayList<>();
    List<String> lower = new ArrayList<>();
    ByteArrayOutputStream ofOwn = new ByteArrayOutputStream();
    for (HeaderField field : settings.headers()) {
      byte[] line = line(field.name(), field.value());
      String name = field.name().toLowerCase(Locale.ROOT);
      all.add(line);
      lower.add(ADDED_UP.contains(name) ? "" : name);
      if (!OWN.contains(name)) {
        ofOwn.writeBytes(line);
      }
    }
    lines = all.toArray(byte[][]::new);
    names = lower.toArray(String[]::new);
    own = ofOwn.toByteArray();
  }

  private static byte[] line(String name, String value) {
    return (name + ": " + value + "\r\n").getBytes(US_ASCII);
  }

  /// The Server field; empty for none.
  public byte[] server() {
    return server;
  }

  /// All that the server's own answers get.
  public byte[] ofOwn() {
    return own;
  }

  /// How many there are that other answers may get.
  public int count() {
    return lines.length;
  }

  public byte[] line(int i) {
    return lines[i];
  }

  /// Whether an answer is to have this one: not if it says by itself what there is to say.
  public boolean goesWith(int i, ResponseHead head) {
    return names[i].isEmpty() || head.indexOf(names[i]) < 0;
  }
}
