package io.saola.lab;

/// What others have measured, with ten workers: another project of about the same size on another
/// machine, so that only what their figures have to do with each other can be compared.
///
/// @param talk "Reducing the resource consumption of your Django project", R. Barrois, DjangoCon
///   Europe 2018: uWSGI, a project of 300 models
/// @param pilot this experiment by hand on two cores: uWSGI 2.0.21, CPython 3.11, 300 generated
///   models
record Published(Row talk, Row pilot) {
  private static final double NONE = Double.NaN;
  private static final Row NOTHING = new Row(NONE, NONE, NONE, NONE);

  private static final Row TALK_LAZY = new Row(13, 903, 3747, NONE);
  private static final Row TALK_PREFORK = new Row(132, 769, 85, NONE);
  private static final Row TALK_PREWARM = new Row(9, 316, 121, 25);

  static final Published SAOLA_LAZY = new Published(TALK_LAZY, new Row(0.15, 652, 691, 64));
  static final Published SAOLA_PREFORK = new Published(TALK_PREFORK, new Row(4.33, 653, 217, NONE));

  /// The pilot's row with gc.freeze().
  static final Published SAOLA_PREWARM = new Published(TALK_PREWARM, new Row(0.53, 165, 23, 8.9));

  static final Published SAOLA_REFORK = new Published(NOTHING, NOTHING);

  /// The talk's lazy is what uWSGI calls lazy-apps.
  static final Published UWSGI_LAZY = new Published(NOTHING, new Row(0.15, 652, 691, NONE));

  static final Published UWSGI_LAZY_APPS = new Published(TALK_LAZY, new Row(4.33, 653, 217, NONE));
  static final Published UWSGI_PREFORK = new Published(TALK_PREFORK, new Row(3.67, 653, 5, NONE));
  static final Published UWSGI_PREWARM = new Published(TALK_PREWARM, new Row(0.57, 488, 10, NONE));
  static final Published NOBODY = new Published(NOTHING, NOTHING);

  /// Figures of one row; NaN where nobody said.
  record Row(double startupSeconds, double megabytes, double firstMillis, double perWorker) {}
}
