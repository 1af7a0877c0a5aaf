package io.saola.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.RequestHead;
import io.saola.rig.Python;
import io.saola.rig.Requests;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every real CPython on this machine makes of the environs.
class EnvironInPythonTest {
  static final String READ =
      """
      import marshal, struct, sys
      def blobs():
          read = sys.stdin.buffer.read
          while size := read(4):
              yield read(struct.unpack('<I', size)[0])
      """;

  private static final String PRINT =
      READ
          + """
          def text(value):
              return value.encode().hex()
          for blob in blobs():
              for environ in marshal.loads(blob):
                  print(' '.join(text(key) + '=' + text(environ[key]) for key in environ))
          """;

  /// A string is interned if interning an equal one gives it back.
  private static final String PRINT_INTERNED =
      READ
          + """
          for blob in blobs():
              for environ in marshal.loads(blob):
                  for text in (*environ, *environ.values()):
                      if sys.intern((text + ' ')[:-1]) is text:
                          print(text)
          """;

  static final String GROWTH =
      READ
          + """
          def resident():
              with open('/proc/self/status') as status:
                  return next(int(line.split()[1]) for line in status if line.startswith('VmRSS'))
          names, before = 0, None
          for at, blob in enumerate(blobs()):
              names += sum(map(len, marshal.loads(blob)))
              if at == 100:
                  before, names = resident(), 0
          print(names)
          print(resident() - before)
          """;

  private final EnvironBatch environs =
      new EnvironBatch(new CommonEnviron("", "saola/1", "127.0.0.1", 8000));

  static List<Python> pythons() {
    return Python.present();
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void loads_every_environ_as_it_was_meant(Python python) {
    List<EnvironCase> cases = EnvironCase.all();

    List<String> lines =
        python.run(
            PRINT,
            out -> {
              for (EnvironCase each : cases) {
                EnvironBatch batch = new EnvironBatch(each.common());
                add(each, batch);
                send(out, batch);
              }
            });

    check(cases, lines);
  }

  /// What is the same is a reference then.
  @ParameterizedTest
  @MethodSource("pythons")
  void loads_environs_that_come_together_as_they_were_meant(Python python) {
    List<EnvironCase> cases = new ArrayList<>();
    for (EnvironCase each : EnvironCase.all()) {
      if (each.rootPath().isEmpty()) {
        cases.add(each);
        cases.add(each);
      }
    }
    List<EnvironCase> shuffled = new ArrayList<>(cases);
    Collections.shuffle(shuffled, new Random(1));
    cases.addAll(shuffled);

    List<String> lines =
        python.run(
            PRINT,
            out -> {
              cases.forEach(each -> add(each, environs));
              send(out, environs);
            });

    check(cases, lines);
  }

  private static void add(EnvironCase each, EnvironBatch batch) {
    batch.add(Requests.decode(each.request()), each.caller(), each.bodyLength());
  }

  private static void check(List<EnvironCase> cases, List<String> lines) {
    assertThat(lines).hasSameSizeAs(cases);
    for (int i = 0; i < lines.size(); i++) {
      Map<String, String> environ = new HashMap<>(cases.get(i).common().entries());
      environ.putAll(dict(lines.get(i)));
      assertThat(environ).as(cases.get(i).name()).isEqualTo(cases.get(i).environ());
    }
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void interns_known_names_only(Python python) {
    RequestHead head =
        Requests.head("BREW / HTTP/1.1", "Accept: my own", "X-Made-Up: 1", "X-Two: 1", "X-Two: 2");

    List<String> interned =
        python.run(
            PRINT_INTERNED,
            out -> {
              environs.add(head, Requests.caller(), 0);
              environs.add(head, Requests.caller(), 0);
              send(out, environs);
            });

    assertThat(interned)
        .contains("HTTP_ACCEPT", "HTTP_HOST", "PATH_INFO", "REQUEST_METHOD")
        .doesNotContain("HTTP_X_MADE_UP", "HTTP_X_TWO", "my own", "BREW", "example.org");
  }

  /// From 3.12 on an interned string is immortal.
  @ParameterizedTest
  @MethodSource("pythons")
  void does_not_grow_by_made_up_names(Python python) {
    List<String> lines = python.run(GROWTH, this::sendMadeUpNames);

    assertThat(Integer.parseInt(lines.get(0))).isGreaterThan(200_000);
    assertThat(Integer.parseInt(lines.get(1))).as("KiB").isLessThan(2048);
  }

  private void sendMadeUpNames(OutputStream out) throws IOException {
    int number = 0;
    for (int request = 0; request < 4_200; request++) {
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        fields.add("X-Made-Up-" + number++ + ": 1");
      }
      RequestHead head = Requests.get("/", fields.toArray(String[]::new));
      environs.clear();
      environs.add(head, Requests.caller(), 0);
      send(out, environs);
    }
  }

  static void send(OutputStream out, RequestBatch batch) throws IOException {
    send(out, batch.finish());
  }

  static void send(OutputStream out, MarshalWriter blob) throws IOException {
    int size = blob.length();
    out.write(new byte[] {(byte) size, (byte) (size >> 8), (byte) (size >> 16), 0});
    out.write(blob.bytes(), 0, size);
  }

  private static Map<String, String> dict(String line) {
    Map<String, String> dict = new HashMap<>();
    for (String pair : line.split(" ", -1)) {
      int equals = pair.indexOf('=');
      String before = dict.put(text(pair.substring(0, equals)), text(pair.substring(equals + 1)));
      assertThat(before).isNull();
    }
    return dict;
  }

  private static String text(String hex) {
    return new String(HexFormat.of().parseHex(hex), UTF_8);
  }
}
