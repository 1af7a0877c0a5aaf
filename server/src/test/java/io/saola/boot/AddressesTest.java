package io.saola.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.saola.settings.Bind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressesTest {
  private static final Bind ANY = new Bind.Tcp("127.0.0.1", 0);
  private static final Bind UNIX = new Bind.Unix(Path.of("/nowhere/s"));

  @Test
  void a_free_address_is_fine() {
    assertThat(Addresses.problems(List.of(ANY, UNIX))).isEmpty();
  }

  @Test
  void a_port_in_use_names_the_address_and_the_process() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Bind bind = new Bind.Tcp("127.0.0.1", taken.getLocalPort());

      assertThat(Addresses.problems(List.of(ANY, bind)))
          .singleElement(STRING)
          .startsWith("cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .contains("it is in use by ")
          .contains("(pid " + ProcessHandle.current().pid() + ")");
    }
  }

  @Test
  void every_address_that_cannot_be_had_is_named() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Bind used = new Bind.Tcp("127.0.0.1", taken.getLocalPort());
      Bind foreign = new Bind.Tcp("192.0.2.1", 0);

      List<String> problems = Addresses.problems(List.of(used, foreign));

      assertThat(problems).hasSize(2);
      assertThat(problems.getFirst()).contains("127.0.0.1:" + taken.getLocalPort());
      assertThat(problems.getLast()).contains("192.0.2.1:0: this machine has no such address");
    }
  }

  @Test
  void other_causes_are_explained() {
    assertThat(Addresses.explain(new Bind.Tcp("::1", 80), "bind(..) failed: Permission denied"))
        .isEqualTo("cannot listen on [::1]:80: ports below 1024 need root or CAP_NET_BIND_SERVICE");
    assertThat(Addresses.explain(UNIX, "Address already in use"))
        .startsWith("cannot listen on unix:/nowhere/s: it is in use; stop that");
    assertThat(Addresses.explain(UNIX, "it exists and is no socket"))
        .isEqualTo("cannot listen on unix:/nowhere/s: it exists and is no socket");
  }
}
