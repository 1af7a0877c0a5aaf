package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NginxTest {
  private static final Path SCRIPT = Path.of("behind_nginx.sh").toAbsolutePath();
  private static final Path PROGRAM = Path.of("/usr/sbin/nginx");

  @TempDir Path folder;
  private final Processes processes = new Processes();

  @AfterEach
  void leave_nothing_behind() {
    processes.close();
  }

  @Test
  void files_are_sent_by_one_process_that_logs_nothing() throws Exception {
    List<String> command =
        new Nginx(PROGRAM, folder).files("127.0.0.1:80", Path.of("/srv"), List.of("etag on"));

    Path file = folder.resolve("files.conf");
    assertThat(command)
        .containsExactly("/usr/sbin/nginx", "-p", folder.toString(), "-c", file.toString());
    assertThat(Files.readString(file))
        .contains("worker_processes 1;\n", "sendfile on;\n", "access_log off;\n")
        .contains("server { listen 127.0.0.1:80; root \"/srv\"; etag on; }\n");
  }

  @Test
  void what_it_writes_stays_in_its_folder() throws Exception {
    Nginx nginx = new Nginx(PROGRAM, folder);
    nginx.before("127.0.0.1:80", folder.resolve("app.sock"), 0, List.of("server"), SCRIPT);

    assertThat(Files.readString(folder.resolve("front.conf")))
        .contains("worker_processes auto;\n", "server unix:" + folder.resolve("app.sock"))
        .contains("pid " + folder.resolve("front.pid"))
        .contains("client_body_temp_path " + folder.resolve("front-client_body"))
        .contains("proxy_temp_path " + folder.resolve("front-proxy"));
  }

  @Test
  void both_end_when_asked_to() throws Exception {
    Processes.Started started = start("exec sleep 60", "exec sleep 60");
    while (started.tree().size() < 3) {
      assertThat(started.process().isAlive()).isTrue();
      Thread.sleep(5);
    }

    assertThat(processes.end(started.tree(), Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void neither_outlives_the_other() throws Exception {
    Processes.Started started = start("exec sleep 60", "exit 3");

    assertThat(started.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(started.process().exitValue()).isEqualTo(3);
  }

  private Processes.Started start(String front, String server) throws Exception {
    List<String> command =
        List.of("bash", SCRIPT.toString(), "sh", "-c", front, "--", "sh", "-c", server);
    return processes.start(command, folder, folder.resolve("out"));
  }
}
