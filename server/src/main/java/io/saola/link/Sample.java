package io.saola.link;

import io.saola.wire.MarshalWriter;
import java.nio.charset.StandardCharsets;

/// The blob that proves that a Python reads marshal as the server writes it (PROTOCOL §2).
///
/// It holds every type that the server writes, in every length class.
final class Sample {
  private static final String LONG = "y".repeat(300);

  private Sample() {}

  static byte[] blob() {
    MarshalWriter out = new MarshalWriter();
    byte[] get = {'G', 'E', 'T'};
    out.startList();
    out.startDict();
    out.referableInterned("REQUEST_METHOD");
    out.referableLatin1(get, 0, get.length);
    out.text("latin");
    out.text("caf\u00e9");
    out.text("wide");
    out.text("\u20ac");
    out.text("long");
    out.text(LONG);
    out.text("int");
    out.integer(-70_000);
    out.text("true");
    out.bool(true);
    out.text("false");
    out.bool(false);
    out.text("none");
    out.none();
    out.text("bytes");
    out.bytes(new byte[] {0, 'a', (byte) 0xFF});
    out.text("dict");
    out.startDict();
    out.endDict();
    out.endDict();
    out.startDict();
    out.reference(0);
    out.reference(1);
    out.endDict();
    out.startReferableTuple(2);
    out.referableBytes(get);
    out.startList(1);
    out.reference(3);
    out.startTuple(1);
    out.reference(2);
    out.listLength(4);
    return out.toBytes();
  }

  /// What `ascii()` makes of it in every CPython from 3.7 on, where dicts keep their order.
  static byte[] expected() {
    String text =
        "[{'REQUEST_METHOD': 'GET', 'latin': 'caf\\xe9', 'wide': '\\u20ac', 'long': '"
            + LONG
            + "', 'int': -70000, 'true': True, 'false': False, 'none': None,"
            + " 'bytes': b'\\x00a\\xff', 'dict': {}}, {'REQUEST_METHOD': 'GET'},"
            + " (b'GET', [b'GET']), ((b'GET', [b'GET']),)]";
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
