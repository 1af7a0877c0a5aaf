package io.saola.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The servers of this machine, found by their runtime folders.
public final class Servers {
  /// A folder named so may be a server's runtime folder.
  public static final String PREFIX = "saola-";

  private static final Logger LOG = LoggerFactory.getLogger(Servers.class);
  private static final Pattern FOLDER = Pattern.compile(PREFIX + "[0-9a-f]{8}");
  private static final Path RUN = Path.of("/run");
  private static final String VARIABLE = "XDG_RUNTIME_DIR=";
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final List<Path> parents;
  private final Peers peers;

  Servers(List<Path> parents, Peers peers) {
    this.parents = parents;
    this.peers = peers;
  }

  /// Those that a server that is started in this environment would be among.
  public static Servers of(Map<String, String> environment) throws IOException {
    Set<Path> all = new LinkedHashSet<>(RuntimeParents.of(environment));
    // One that systemd has started, or that was started in a login session, is found as well.
    for (Path folders : List.of(RUN, RUN.resolve("user"))) {
      try (Stream<Path> each = Files.exists(folders) ? Files.list(folders) : Stream.empty()) {
        each.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).forEach(all::add);
      }
    }
    return in(List.copyOf(all));
  }

  /// Those whose runtime folders are in these folders.
  public static Servers in(List<Path> parents) throws IOException {
    return new Servers(parents, Peers.ours());
  }

  /// One server that answers.
  ///
  /// @param status as [Status] is written
  public record Found(Path folder, Map<?, ?> status) {
    public Path socket() {
      return folder.resolve(ControlSocket.NAME);
    }

    public long pid() {
      return status.get("pid") instanceof Long pid ? pid : 0;
    }

    /// Whether it serves; not so one that is about to end, or has handed over to another.
    public boolean isServing() {
      return !"stopping".equals(status.get("state"));
    }
  }

  /// What there is.
  ///
  /// @param remarks a line for each folder that is no server to be asked, and why
  public record Search(List<Found> found, List<String> remarks) {}

  /// Asks every server that this user may ask. Root may ask those of others, and does where there
  /// is none of its own.
  public Search search() throws InterruptedException {
    return search(List::isEmpty);
  }

  /// @param goesOn whether root, having found these of its own, asks those of others as well
  private Search search(Predicate<List<Found>> goesOn) throws InterruptedException {
    List<Path> ours = new ArrayList<>();
    List<Path> others = new ArrayList<>();
    for (Path folder : folders()) {
      (isOurs(folder) ? ours : others).add(folder);
    }
    List<String> remarks = new ArrayList<>();
    List<Found> found = ask(ours, remarks);
    if (peers.areWeRoot() && goesOn.test(found)) {
      found.addAll(ask(others, remarks));
    } else if (found.isEmpty()) {
      others.forEach(folder -> remarks.add(folder + ": " + belongsTo(folder)));
    }
    return new Search(found, remarks);
  }

  /// The server with this pid, pid file, runtime folder or control socket.
  ///
  /// @throws RefusedException with a line that says why there is none
  public Found named(String name) throws RefusedException, InterruptedException {
    Optional<Long> pid = pid(name);
    if (pid.isEmpty()) {
      return at(Path.of(name));
    }
    Set<Path> all = new LinkedHashSet<>(parents);
    all.addAll(parentsOf(pid.get()));
    Predicate<Found> isIt = found -> found.pid() == pid.get();
    Search search =
        new Servers(List.copyOf(all), peers).search(found -> found.stream().noneMatch(isIt));
    return search.found().stream()
        .filter(isIt)
        .findAny()
        .orElseThrow(() -> new RefusedException(name + ": " + unanswered(pid.get())));
  }

  private String unanswered(long pid) {
    String owner =
        ProcessHandle.of(pid)
            .flatMap(process -> process.info().user())
            .orElse(peers.me().getName());
    return owner.equals(peers.me().getName()) || peers.areWeRoot()
        ? "no server with pid " + pid + " answers"
        : "a process of " + owner + ", which only that user and root may ask";
  }

  /// Where that server would make its runtime folder, as far as we may look into its environment.
  private static List<Path> parentsOf(long pid) {
    try {
      for (String variable :
          Files.readString(Path.of("/proc/" + pid + "/environ"), ISO_8859_1).split("\0", -1)) {
        if (variable.startsWith(VARIABLE)) {
          return List.of(Path.of(variable.substring(VARIABLE.length())));
        }
      }
    } catch (IOException | InvalidPathException e) {
      LOG.debug("no environment pid={} error={}", pid, e.toString());
    }
    return List.of();
  }

  /// A number, or what is in a pid file.
  private static Optional<Long> pid(String name) throws RefusedException {
    String text = name;
    Path file = Path.of(name);
    if (!name.matches("\\d+") && Files.isRegularFile(file)) {
      try {
        text = Files.readString(file).strip();
      } catch (IOException e) {
        throw new RefusedException(name + ": cannot be read");
      }
      if (!text.matches("\\d{1,9}")) {
        throw new RefusedException(name + ": holds no pid");
      }
    }
    return text.matches("\\d{1,9}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
  }

  private Found at(Path path) throws RefusedException, InterruptedException {
    Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    if (folder == null || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new RefusedException(path + ": there is nothing");
    }
    List<String> remarks = new ArrayList<>();
    List<Found> found = ask(List.of(folder.toAbsolutePath()), remarks);
    if (found.isEmpty()) {
      throw new RefusedException(
          remarks.isEmpty() ? folder + ": there is no control socket" : remarks.getFirst());
    }
    return found.getFirst();
  }

  private Set<Path> folders() {
    Set<Path> folders = new LinkedHashSet<>();
    for (Path parent : parents) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, PREFIX + "*")) {
        for (Path entry : entries) {
          if (FOLDER.matcher(entry.getFileName().toString()).matches()
              && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            folders.add(entry.toRealPath());
          }
        }
      } catch (IOException e) {
        LOG.debug("not looked into folder={} error={}", parent, e.toString());
      }
    }
    return folders;
  }

  private boolean isOurs(Path folder) {
    try {
      return owner(folder).equals(peers.me());
    } catch (IOException e) {
      return false;
    }
  }

  private static UserPrincipal owner(Path folder) throws IOException {
    return Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS);
  }

  private static String belongsTo(Path folder) {
    try {
      String user = owner(folder).getName();
      return "a server of " + user + ", which only that user and root may ask";
    } catch (IOException e) {
      return "it is gone";
    }
  }

  private List<Found> ask(List<Path> folders, List<String> remarks) throws InterruptedException {
    List<Found> found = new ArrayList<>();
    for (Path folder : folders) {
      Path socket = folder.resolve(ControlSocket.NAME);
      try (ControlClient client = ControlClient.connect(socket)) {
        if (client.ask(Request.of("status"), LONGEST) instanceof Map<?, ?> status) {
          found.add(new Found(folder, status));
        }
      } catch (ConnectException e) {
        remarks.add(folder + ": nobody listens there; its server was killed");
      } catch (AccessDeniedException e) {
        remarks.add(folder + ": " + belongsTo(folder));
      } catch (IOException e) {
        remark(folder, e, remarks);
      } catch (RefusedException e) {
        remarks.add(folder + ": " + e.getMessage());
      }
    }
    return found;
  }

  private void remark(Path folder, IOException e, List<String> remarks) {
    Path socket = folder.resolve(ControlSocket.NAME);
    if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      boolean ours = isOurs(folder) || peers.areWeRoot();
      remarks.add(folder + ": " + (ours ? "no answer: " + e.getMessage() : belongsTo(folder)));
    } else if (!Files.isReadable(folder)) {
      remarks.add(folder + ": " + belongsTo(folder));
    } else if (Files.exists(folder.resolve("link.sock"), LinkOption.NOFOLLOW_LINKS)) {
      remarks.add(folder + ": a server that is starting, or has no control socket");
    }
  }
}
