package io.saola.compress;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.github.luben.zstd.util.Native;
import io.saola.settings.Coding;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The libraries for codings that the JDK does not have: loaded when the first client asks, by a
/// thread of their own, because unpacking them takes longer than any client should wait.
final class Libraries {
  private static final Logger LOG = LoggerFactory.getLogger(Libraries.class);

  private enum State {
    LOADING,
    READY,
    MISSING
  }

  private final Map<Coding, State> states = new EnumMap<>(Coding.class);

  /// Whether answers can be compressed so by now; if not, the next ones may be.
  synchronized boolean isReady(Coding coding) {
    if (coding == Coding.GZIP) {
      return true;
    }
    State state = states.get(coding);
    if (state == null) {
      states.put(coding, State.LOADING);
      Thread.ofPlatform().daemon().name("load-" + coding.token()).start(() -> load(coding));
    }
    return state == State.READY;
  }

  private void load(Coding coding) {
    State state = State.MISSING;
    try {
      if (coding == Coding.ZSTD) {
        Native.load();
      } else {
        Brotli4jLoader.ensureAvailability();
      }
      state = State.READY;
    } catch (LinkageError | RuntimeException e) {
      LOG.warn(
          "answers are not compressed with {}: its library cannot be loaded (it is unpacked to {},"
              + " which must not be mounted noexec): {}; --compress without {} says so no more",
          coding.token(),
          System.getProperty("java.io.tmpdir"),
          e.toString(),
          coding.token());
    }
    synchronized (this) {
      states.put(coding, state);
    }
  }
}
