package io.saola.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.RequestHead;
import io.saola.rig.Python;
import io.saola.rig.Requests;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every real CPython on this machine makes of the scopes.
class ScopeInPythonTest {
  /// First the blob of what all have in common, then of a list.
  private static final String PRINT =
      EnvironInPythonTest.READ
          + """
          common = None
          for blob in blobs():
              value = marshal.loads(blob)
              if isinstance(value, dict):
                  common = value
                  continue
              for scope in value:
                  scope = {**common, **scope}
                  print('\\t'.join(key + '=' + ascii(scope[key]) for key in scope))
          """;

  /// A pair is shared if it is the same object in two scopes.
  private static final String PRINT_SHARED =
      EnvironInPythonTest.READ
          + """
          for blob in blobs():
              first, *others = marshal.loads(blob)
              for other in others:
                  shared = [a for a in first['headers'] for b in other['headers'] if a is b]
                  print(shared)
          """;

  private final ScopeBatch scopes = new ScopeBatch(plain());

  private static CommonEnviron plain() {
    return new CommonEnviron("", "saola/1", "127.0.0.1", 8000);
  }

  static List<Python> pythons() {
    return Python.present();
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void loads_every_scope_as_it_was_meant(Python python) {
    List<ScopeCase> cases = ScopeCase.all();

    List<String> lines =
        python.run(
            PRINT,
            out -> {
              for (ScopeCase each : cases) {
                ScopeBatch batch = new ScopeBatch(each.common());
                add(each, batch);
                sendCommon(out, each.common());
                EnvironInPythonTest.send(out, batch);
              }
            });

    check(cases, lines);
  }

  /// What is the same is a reference then.
  @ParameterizedTest
  @MethodSource("pythons")
  void loads_scopes_that_come_together_as_they_were_meant(Python python) {
    List<ScopeCase> cases = new ArrayList<>();
    for (ScopeCase each : ScopeCase.all()) {
      if (each.rootPath().isEmpty()) {
        cases.add(each);
        cases.add(each);
      }
    }
    List<ScopeCase> shuffled = new ArrayList<>(cases);
    Collections.shuffle(shuffled, new Random(1));
    cases.addAll(shuffled);

    List<String> lines =
        python.run(
            PRINT,
            out -> {
              cases.forEach(each -> add(each, scopes));
              sendCommon(out, plain());
              EnvironInPythonTest.send(out, scopes);
            });

    check(cases, lines);
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void shares_the_pairs_that_requests_have_in_common(Python python) {
    List<String> lines =
        python.run(
            PRINT_SHARED,
            out -> {
              scopes.add(Requests.get("/", "Accept: a", "X-Made-Up: 1"), Requests.caller(), 0);
              scopes.add(Requests.get("/", "Accept: a", "X-Made-Up: 1"), Requests.caller(), 0);
              scopes.add(Requests.get("/", "Accept: b"), Requests.caller(), 0);
              EnvironInPythonTest.send(out, scopes);
            });

    assertThat(lines)
        .containsExactly(
            "[(b'host', b'example.org'), (b'accept', b'a')]", "[(b'host', b'example.org')]");
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void a_batch_that_was_cleared_refers_to_nothing_of_it(Python python) {
    ScopeCase plain = ScopeCase.all().getFirst();

    List<String> lines =
        python.run(
            PRINT,
            out -> {
              sendCommon(out, plain());
              for (int i = 0; i < 2; i++) {
                add(plain, scopes);
                EnvironInPythonTest.send(out, scopes);
                scopes.clear();
              }
            });

    check(List.of(plain, plain), lines);
  }

  @ParameterizedTest
  @MethodSource("pythons")
  void interns_its_own_keys_only(Python python) {
    RequestHead head = Requests.head("BREW /made-up HTTP/1.1", "Accept: my own");

    List<String> interned =
        python.run(
            EnvironInPythonTest.READ
                + """
                for blob in blobs():
                    for scope in marshal.loads(blob):
                        texts = [*scope, *(v for v in scope.values() if isinstance(v, str))]
                        texts += scope.get('subprotocols', ())
                        for text in texts:
                            if sys.intern((text + ' ')[:-1]) is text:
                                print(text)
                """,
            out -> {
              scopes.add(head, Requests.caller(), 0);
              scopes.addWebSocket(head, Requests.caller(), List.of("made-up-protocol"));
              EnvironInPythonTest.send(out, scopes);
            });

    assertThat(interned)
        .contains("headers", "path", "method", "subprotocols")
        .doesNotContain("BREW", "/made-up", "made-up-protocol");
  }

  /// From 3.12 on an interned string is immortal.
  @ParameterizedTest
  @MethodSource("pythons")
  void does_not_grow_by_made_up_names(Python python) {
    List<String> lines = python.run(EnvironInPythonTest.GROWTH, this::sendMadeUpNames);

    assertThat(Integer.parseInt(lines.get(1))).as("KiB").isLessThan(2048);
  }

  private void sendMadeUpNames(OutputStream out) throws IOException {
    int number = 0;
    for (int request = 0; request < 4_200; request++) {
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        fields.add("X-Made-Up-" + number++ + ": 1");
      }
      scopes.clear();
      scopes.addWebSocket(
          Requests.get("/" + number, fields.toArray(String[]::new)),
          Requests.caller(),
          List.of("p" + number));
      EnvironInPythonTest.send(out, scopes);
    }
  }

  private static void add(ScopeCase each, ScopeBatch batch) {
    RequestHead head = Requests.decode(each.request());
    List<String> subprotocols = each.subprotocols();
    if (subprotocols == null) {
      batch.add(head, each.caller(), 0);
    } else {
      batch.addWebSocket(head, each.caller(), subprotocols);
    }
  }

  private static void sendCommon(OutputStream out, CommonEnviron common) throws IOException {
    MarshalWriter blob = new MarshalWriter();
    common.writeScope(blob);
    EnvironInPythonTest.send(out, blob);
  }

  private static void check(List<ScopeCase> cases, List<String> lines) {
    assertThat(lines).hasSameSizeAs(cases);
    for (int i = 0; i < lines.size(); i++) {
      Map<String, String> scope = new TreeMap<>();
      for (String entry : lines.get(i).split("\t", -1)) {
        int equals = entry.indexOf('=');
        scope.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
      assertThat(scope).as(cases.get(i).name()).isEqualTo(cases.get(i).scope());
    }
  }
}
