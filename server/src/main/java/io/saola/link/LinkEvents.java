package io.saola.link;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What happens on links before anybody serves through them. Called on the link's event loop.
public interface LinkEvents {
  /// Somebody who knows the token says who it is; the answer, from any thread, says whether the
  /// keeper has reported such a process.
  void connected(Hello hello, Consumer<Boolean> admit);

  /// @param interfaceName `wsgi`
  /// @param appName what the app is, for people
  void moldReady(MoldLink mold, String interfaceName, String appName);

  /// @param kind `import`, `target` or `interface`
  void moldUnfit(int generation, String kind, String text);

  /// Whoever imports the app of this generation says where its static files are.
  ///
  /// @param found null if it is no Django app
  void staticFiles(int generation, @Nullable StaticFiles found);

  void workerReady(WorkerLink worker);

  /// A handshake failed, or a link was broken before it was ready.
  void refused(String why);
}
