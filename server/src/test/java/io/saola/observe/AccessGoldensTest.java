package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.saola.rig.Python;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessGoldensTest {
  static final List<String> FORMATS = AccessGoldens.FORMATS;

  @ParameterizedTest
  @FieldSource("FORMATS")
  void every_format_writes_what_it_wrote(String format) throws IOException {
    Path golden = AccessGoldens.FOLDER.resolve(format + ".txt");

    assertThat(new String(AccessGoldens.lines(format), StandardCharsets.ISO_8859_1))
        .isEqualTo(Files.readString(golden, StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @FieldSource("FORMATS")
  void a_request_is_one_line_without_control_bytes_whatever_it_holds(String format) {
    String[] lines =
        new String(AccessGoldens.lines(format), StandardCharsets.UTF_8).split("\n", -1);

    assertThat(lines).hasSize(12);
    assertThat(lines[11]).isEmpty();
    for (String line : lines) {
      assertThat(Text.visible(line)).isEqualTo(line);
    }
  }

  /// Types of members, line by line, as another language reads them.
  @ParameterizedTest
  @ValueSource(strings = {"json", "json-text"})
  void json_is_json_with_the_same_members_in_each_line(String format) {
    String script =
        """
        import json, sys
        for line in sys.stdin.buffer.read().decode().split("\\n")[:-1]:
            found = json.loads(line)
            print(",".join(f"{k}:{type(v).__name__[0]}" for k, v in found.items()))
        """;
    List<String> types =
        Python.present().getLast().run(script, out -> out.write(AccessGoldens.lines(format)));

    assertThat(types).hasSize(11);
    assertThat(types.stream().map(line -> line.replaceAll(":.", "")).distinct()).hasSize(1);
    if (format.equals("json")) {
      assertThat(types.getFirst())
          .isEqualTo(
              "time:s,request_id:s,trace_id:s,remote_addr:s,remote_port:i,remote_user:s,method:s,"
                  + "scheme:s,host:s,path:s,query:s,protocol:s,malformed:N,status:i,rejection:N,"
                  + "aborted:b,request_bytes:i,body_bytes:i,referer:s,user_agent:s,"
                  + "forwarded_for:s,duration_ms:f,receive_ms:f,queue_ms:f,app_ms:f,send_ms:f,"
                  + "slot:i,retry:i,pid:i");
    }
  }

  @Test
  void nobody_can_forge_a_pair_of_a_logfmt_line() {
    String script =
        """
        import re, sys
        pair = re.compile(r'([a-z_]+)=("(?:[^"\\\\]|\\\\.)*"|[^" ]+)(?: |$)')
        for line in sys.stdin.buffer.read().decode().split("\\n")[:-1]:
            at, names = 0, []
            while at < len(line):
                found = pair.match(line, at)
                names.append(found[1])
                at = found.end()
            assert len(set(names)) == len(names), line
            print(*names)
        """;
    List<String> names =
        Python.present().getLast().run(script, out -> out.write(AccessGoldens.lines("logfmt")));
    List<String> known =
        Arrays.asList(
            Python.present()
                .getLast()
                .run(
                    "import json, sys; print(*json.loads(sys.stdin.readline()))",
                    out -> out.write(AccessGoldens.lines("json")))
                .getFirst()
                .split(" "));

    assertThat(names).hasSize(11);
    for (String line : names) {
      assertThat(known).containsSubsequence(line.split(" "));
    }
  }

  /// To the byte the line that the blog's nginx wrote, and no value of a client's beside its place.
  @Test
  void the_line_of_nginx_on_heroku() {
    String[] lines =
        new String(AccessGoldens.lines("nginx-heroku"), StandardCharsets.ISO_8859_1)
            .split("\n", -1);

    assertThat(lines[0])
        .isEqualTo(
            "measure#nginx.service=2.012 request=\"GET /search?q=a+b&page=2 HTTP/1.1\""
                + " status_code=200 request_id=4f1c8a52-9e0b-4b7e-8f64-0c5a3c1d2e3f"
                + " remote_addr=\"192.0.2.7\" forwarded_for=\"203.0.113.9, 192.0.2.1\""
                + " forwarded_proto=\"https\" via=\"1.1 vegur\" body_bytes_sent=512"
                + " referer=\"https://example.org/start\""
                + " user_agent=\"Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\"");
    assertThat(lines[1])
        .isEqualTo(
            "measure#nginx.service=2.012 request=\"GET / HTTP/1.0\" status_code=200 request_id=-"
                + " remote_addr=\"192.0.2.7\" forwarded_for=\"-\" forwarded_proto=\"-\" via=\"-\""
                + " body_bytes_sent=512 referer=\"-\" user_agent=\"-\"");
    assertThat(lines[3])
        .contains(" request_id=1\\x20status_code=500 ")
        .contains(" via=\"\\x22 \\x5C \\x09\\x0D\\x0A\\x00\\x1B[31m\\x7F\\x80\\xFF' ");
  }
}
