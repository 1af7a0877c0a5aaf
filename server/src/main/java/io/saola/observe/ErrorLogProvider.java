package io.saola.observe;

import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/// How slf4j finds the error log. Public because `ServiceLoader` makes it.
public final class ErrorLogProvider implements SLF4JServiceProvider {
  private final ErrorLog log = new ErrorLog(Stderr.ofProcess());
  private @Nullable IMarkerFactory markers;
  private @Nullable MDCAdapter context;

  @Override
  public ILoggerFactory getLoggerFactory() {
    return log;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    if (markers == null) {
      markers = new BasicMarkerFactory();
    }
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    if (context == null) {
      context = new NOPMDCAdapter();
    }
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {
    // Everything is made when it is asked for.
  }
}
