package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;

/// One request whose answer is compared byte for byte, which the load itself has no time for.
///
/// @param sent the body of a POST; a GET if there is none
record Probe(String path, String sent, String expected) {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /// @param page what the app has told of itself, where it is a page that is asked for
  static Probe of(Traffic traffic, String path, String page) {
    return switch (traffic) {
      case Traffic.Get(String body) -> new Probe(path, "", body);
      case Traffic.Post(String body, _) -> new Probe(path, body, body);
      case Traffic.Page(String own) -> new Probe(own, "", page);
      case Traffic.Mixed(String body, _) -> new Probe(path, "", body);
      // The path of these is the app's own matter.
      case Traffic.Sockets _ -> new Probe("/", "", Traffic.HELLO);
    };
  }

  /// What is wrong with the answer; nothing if it is the app's.
  String ask(String address) throws IOException {
    return ask(address, PATIENCE);
  }

  /// @param patience for the answer; a server may have a queue to work off
  String ask(String address, Duration patience) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://" + address + path).toURL().openConnection();
    connection.setConnectTimeout(1000);
    connection.setReadTimeout((int) patience.toMillis());
    connection.setRequestProperty("Connection", "close");
    try {
      if (!sent.isEmpty()) {
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
          out.write(sent.getBytes(UTF_8));
        }
      }
      if (connection.getResponseCode() != 200) {
        return "status " + connection.getResponseCode();
      }
      String body = new String(connection.getInputStream().readAllBytes(), UTF_8);
      return body.equals(expected) ? "" : "another body than the app's";
    } finally {
      connection.disconnect();
    }
  }
}
