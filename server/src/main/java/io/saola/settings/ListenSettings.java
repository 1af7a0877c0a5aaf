package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where connections come from, and whom to believe.
///
/// @param probePrefix `/…/`; empty if the server answers no probes
public record ListenSettings(
    List<Bind> binds, int backlog, TrustedPeers forwardedAllowIps, String probePrefix) {
  /// `sun_path` of unix(7) holds 107 bytes and a NUL.
  private static final int LONGEST_SOCKET_PATH = 107;

  static final Section SECTION = new Section("Listening");

  static final Setting<Bind> BIND =
      SECTION.many(
          "bind",
          'b',
          "ADDRESS",
          "127.0.0.1:8000",
          new Address(),
          "Address to listen on: HOST:PORT, :PORT (all addresses), PORT (loopback), [::1]:PORT or"
              + " unix:PATH; several by repeating it or with commas. $PORT means 0.0.0.0:$PORT.");

  static final Setting<Integer> BACKLOG =
      SECTION.number(
          "backlog",
          NO_LETTER,
          "2048",
          1,
          65535,
          "Connections that may wait to be accepted, per address.");

  static final Setting<IpRange> FORWARDED_ALLOW_IPS =
      SECTION.many(
          "forwarded-allow-ips",
          NO_LETTER,
          "ADDRESSES",
          "127.0.0.1,::1",
          new IpRange.Notation(),
          "Proxies whose X-Forwarded-For, -Proto and -Host are believed: addresses, blocks such as"
              + " 10.0.0.0/8, or *, separated by commas. From others they are removed.");

  static final Setting<String> PROBE_PREFIX =
      SECTION.one(
          "probe-prefix",
          NO_LETTER,
          "PREFIX",
          "/-/",
          new Prefix(true),
          "Path under which the server itself answers live and ready, or off.");

  static ListenSettings from(Values values, Path folder) {
    List<Bind> binds = new ArrayList<>();
    for (Bind bind : values.all(BIND)) {
      Bind absolute = absolute(values, bind, folder);
      if (!(bind instanceof Bind.Tcp(_, int port) && port == 0) && binds.contains(absolute)) {
        values.problem(BIND, absolute + " is named twice");
      }
      binds.add(absolute);
    }
    List<IpRange> trusted = values.all(FORWARDED_ALLOW_IPS);
    return new ListenSettings(
        List.copyOf(binds),
        values.get(BACKLOG),
        new TrustedPeers(values.shown(FORWARDED_ALLOW_IPS), trusted),
        values.get(PROBE_PREFIX));
  }

  private static Bind absolute(Values values, Bind bind, Path folder) {
    return switch (bind) {
      case Bind.Tcp tcp -> tcp;
      case Bind.Unix(Path path) -> {
        Path full = folder.resolve(path).normalize();
        Path parent = full.getParent();
        if (full.toString().getBytes(UTF_8).length > LONGEST_SOCKET_PATH) {
          values.problem(
              BIND,
              full + " is longer than the " + LONGEST_SOCKET_PATH + " bytes of a socket path");
        } else if (parent == null || !Files.isDirectory(parent)) {
          values.problem(BIND, "unix:" + full + ": its folder does not exist");
        }
        yield new Bind.Unix(full);
      }
    };
  }
}
