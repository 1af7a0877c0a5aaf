package io.saola.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import jdk.net.ExtendedSocketOptions;

/// Who may talk to whom: a server and its operator are one user, or the operator is root.
///
/// The kernel says who is at the other end (SO_PEERCRED, unix(7)), so nobody can pretend. Users are
/// compared by their numbers, which is how principals of files are equal.
final class Peers {
  private final UserPrincipal me;
  private final UserPrincipal root;

  Peers(UserPrincipal me, UserPrincipal root) {
    this.me = me;
    this.root = root;
  }

  /// As this process.
  static Peers ours() throws IOException {
    return new Peers(Files.getOwner(Path.of("/proc/self")), root());
  }

  private static UserPrincipal root() throws IOException {
    try {
      return Path.of("/")
          .getFileSystem()
          .getUserPrincipalLookupService()
          .lookupPrincipalByName("0"); // a number is found even where no user has a name
    } catch (UserPrincipalNotFoundException e) {
      throw new IOException("no user 0", e);
    }
  }

  UserPrincipal me() {
    return me;
  }

  boolean areWeRoot() {
    return me.equals(root);
  }

  /// Whether this user may ask the server.
  boolean mayAsk(UserPrincipal peer) {
    return peer.equals(me) || peer.equals(root);
  }

  /// Who is at the other end.
  static UserPrincipal peer(SocketChannel channel) throws IOException {
    return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
  }
}
