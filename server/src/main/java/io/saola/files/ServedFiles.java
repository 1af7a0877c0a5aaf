package io.saola.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.saola.files.FilePlaces.Mount;
import io.saola.files.Resolver.Place;
import io.saola.files.Resolver.Rule;
import io.saola.model.Method;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.model.ResponseHead;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files that the server sends itself: those below a path (`--static`), and those that an app
/// names in place of a body (X-Sendfile, X-Accel-Redirect).
///
/// Owned by one event loop, which waits for the disk: a file's name and first pages are in memory
/// when it is asked for often, and the rest is read by the kernel.
public final class ServedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ServedFiles.class);

  static final String X_SENDFILE = "x-sendfile";
  static final String X_ACCEL_REDIRECT = "x-accel-redirect";

  /// Files whose trouble has been said: once each, and not of all that an attacker finds.
  private static final int MOST_TROUBLES = 100;

  private final FilePlaces settings;
  private final Resolver resolver;
  private final FileReply reply;
  private final List<Mount> mounts;
  private final List<byte[]> prefixes;
  private final Set<Path> troubles = new HashSet<>();

  public ServedFiles(FilePlaces settings, InstantSource clock, RandomGenerator random) {
    this.settings = settings;
    this.resolver = new Resolver(clock);
    this.reply = new FileReply(settings.maxAge(), clock, random);
    // The longest first: /static/admin/ before /static/.
    this.mounts =
        settings.mounts().stream()
            .sorted(Comparator.comparingInt((Mount mount) -> -mount.prefix().length()))
            .toList();
    this.prefixes = mounts.stream().map(mount -> mount.prefix().getBytes(UTF_8)).toList();
  }

  /// The answer to a request for what lies below a mount; null if it is for the app.
  public @Nullable FileAnswer answer(RequestHead request) {
    for (int i = 0; i < prefixes.size(); i++) {
      byte[] prefix = prefixes.get(i);
      if (RequestPath.startsWith(request, prefix)) {
        return answer(request, mounts.get(i).folder(), prefix.length);
      }
    }
    return null;
  }

  private FileAnswer answer(RequestHead request, Path folder, int prefix) {
    if (request.method() != Method.GET && request.method() != Method.HEAD) {
      return reply.refused(Rejection.FILE_METHOD);
    }
    Path below = RequestPath.read(request.text(request.pathStart() + prefix, request.pathEnd()));
    Rule rule = settings.followSymlinks() ? Rule.LINKED : Rule.PUBLIC;
    return below == null
        ? reply.refused(Rejection.FILE_MISSING)
        : send(request, folder, below, rule, null);
  }

  private FileAnswer send(
      RequestHead request, Path folder, Path below, Rule rule, @Nullable ResponseHead app) {
    try {
      Place place = resolver.find(folder, below, rule);
      if (place != null) {
        return reply.send(request, place, String.valueOf(below.getFileName()), app);
      }
    } catch (NoSuchFileException e) {
      // It has gone while we looked at it.
    } catch (IOException e) {
      Path path = folder.resolve(below);
      if (troubles.size() < MOST_TROUBLES && troubles.add(path)) {
        LOG.warn("cannot send a file path={} {}", path, e.toString());
      }
      return reply.refused(Rejection.FILE_UNREADABLE);
    }
    if (app != null) {
      LOG.warn("the app hands over a file that is not there: {}", folder.resolve(below));
    }
    return reply.refused(Rejection.FILE_MISSING);
  }

  // ---- what an app hands over

  /// Whether an app can hand over a file at all.
  public boolean canBeHandedOver() {
    return !settings.roots().isEmpty() || !settings.internal().isEmpty();
  }

  /// The answer that an app's response leaves to the server; null if it does not.
  public @Nullable FileAnswer handedOver(RequestHead request, ResponseHead app) {
    for (int i = 0; i < app.fieldCount(); i++) {
      if (!settings.roots().isEmpty() && app.isNamed(i, X_SENDFILE)) {
        return sendfile(request, app, value(app, i));
      }
      if (!settings.internal().isEmpty() && app.isNamed(i, X_ACCEL_REDIRECT)) {
        return accel(request, app, value(app, i));
      }
    }
    return null;
  }

  private static String value(ResponseHead app, int i) {
    int start = app.valueStart(i);
    return new String(app.bytes(), start, app.valueEnd(i) - start, UTF_8).strip();
  }

  private FileAnswer sendfile(RequestHead request, ResponseHead app, String value) {
    try {
      Path path = Path.of(value).normalize();
      for (Path root : settings.roots()) {
        if (path.startsWith(root) && !path.equals(root)) {
          return send(request, root, root.relativize(path), Rule.INTERNAL, app);
        }
      }
    } catch (InvalidPathException e) {
      // Characters that no file name can have.
    }
    LOG.warn("the app's X-Sendfile names {}, which is below no --sendfile-root", shown(value));
    return reply.refused(Rejection.APP_RESPONSE);
  }

  private FileAnswer accel(RequestHead request, ResponseHead app, String value) {
    int query = value.indexOf('?');
    String encoded = new String(value.getBytes(UTF_8), ISO_8859_1);
    String decoded = RequestPath.decode(query < 0 ? encoded : encoded.substring(0, query));
    for (Mount mount : settings.internal()) {
      if (decoded != null && decoded.startsWith(mount.prefix())) {
        Path below = below(decoded.substring(mount.prefix().length()));
        if (below != null) {
          return send(request, mount.folder(), below, Rule.INTERNAL, app);
        }
      }
    }
    LOG.warn("the app's X-Accel-Redirect names {}, which is below no --accel", shown(value));
    return reply.refused(Rejection.APP_RESPONSE);
  }

  private static @Nullable Path below(String text) {
    try {
      Path below = Path.of(text).normalize();
      boolean outside = below.isAbsolute() || below.startsWith("..");
      return outside || below.toString().isEmpty() ? null : below;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static String shown(String value) {
    return value.substring(0, Math.min(value.length(), 200)).replaceAll("[^ -~]", "?");
  }
}
