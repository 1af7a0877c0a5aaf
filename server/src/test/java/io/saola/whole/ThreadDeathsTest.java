package io.saola.whole;

import io.saola.testkit.SaolaProcess;

/// Deaths of workers that run several requests in threads.
class ThreadDeathsTest extends DeathContract {
  ThreadDeathsTest() {
    super(
        SaolaProcess.serveApp(
            "deaths_app:wsgi", "--workers", "2", "--threads", "4", "--max-spool", "1M"),
        4,
        false);
  }
}
