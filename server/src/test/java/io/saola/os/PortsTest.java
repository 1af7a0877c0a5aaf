package io.saola.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortsTest {
  private static final String TABLE =
      """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
         1: 0100007F:1F91 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
      """;

  @TempDir private Path proc;

  @Test
  void the_listener_s_name_and_number_are_found() throws IOException {
    Files.writeString(Files.createDirectories(proc.resolve("net")).resolve("tcp"), TABLE);
    process(122, "nginx", "socket:[9999]");
    process(123, "gunicorn", "socket:[4711]");
    process(124, "client", "socket:[4712]");

    assertThat(Ports.holder(8080, proc)).contains("gunicorn (pid 123)");
    assertThat(Ports.holder(8081, proc)).isEmpty();
    assertThat(Ports.holder(9000, proc)).isEmpty();
  }

  @Test
  void a_table_that_only_knows_ipv6_will_do() throws IOException {
    Files.writeString(Files.createDirectories(proc.resolve("net")).resolve("tcp6"), TABLE);
    process(123, "gunicorn", "socket:[4711]");

    assertThat(Ports.holder(8080, proc)).contains("gunicorn (pid 123)");
  }

  @Test
  void a_holder_that_cannot_be_seen_is_not_made_up() throws IOException {
    Files.writeString(Files.createDirectories(proc.resolve("net")).resolve("tcp"), TABLE);

    assertThat(Ports.holder(8080, proc)).isEmpty();
    assertThat(Ports.holder(8080, proc.resolve("no"))).isEmpty();
  }

  @Test
  void this_process_finds_itself() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.holder(socket.getLocalPort()).orElseThrow())
          .endsWith("(pid " + ProcessHandle.current().pid() + ")");
    }
  }

  private void process(int pid, String name, String socket) throws IOException {
    Path folder = Files.createDirectories(proc.resolve(pid + "/fd"));
    Files.createSymbolicLink(folder.resolve("3"), Path.of(socket));
    Files.writeString(proc.resolve(pid + "/comm"), name + "\n");
  }
}
