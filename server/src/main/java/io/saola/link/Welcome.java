package io.saola.link;

import io.saola.settings.WarmupSettings;
import io.saola.wire.CommonEnviron;
import java.util.Map;

/// What the Welcome of a mold or worker says (PROTOCOL §7).
///
/// @param load who imports the app
/// @param refork whether a worker may be asked to become the mold
/// @param threads places of a WSGI worker
/// @param asgi what concerns ASGI apps
/// @param common what requests need not say
/// @param watch folder in which the process says what it has loaded; empty if nobody asks
/// @param staticFiles whether it says where the app's static files are
/// @param window body bytes that a worker may send before it has been given credit
public record Welcome(
    String target,
    String chdir,
    String pythonPath,
    Map<String, String> environment,
    String load,
    WarmupSettings warmup,
    boolean refork,
    int threads,
    boolean multiprocess,
    int window,
    String watch,
    boolean staticFiles,
    Asgi asgi,
    CommonEnviron common) {

  /// How the app is called, and what an ASGI worker must know.
  ///
  /// @param interfaceName `auto`, `wsgi` or `asgi`
  /// @param factory whether the target makes the app
  /// @param loop `auto`, `asyncio` or `uvloop`
  /// @param lifespan `auto`, `on` or `off`
  /// @param threads most threads for sync code
  /// @param grace how long a cancelled task has to end, in milliseconds
  public record Asgi(
      String interfaceName,
      boolean factory,
      String loop,
      String lifespan,
      int threads,
      long grace) {}
}
