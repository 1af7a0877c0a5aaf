package io.saola.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogWriterTest {
  private static final int CAPACITY = 1 << 20;

  /// A file that can be held up, that can fail, and that takes little at a time.
  private static final class SlowFile implements LogOutput {
    final Semaphore permits = new Semaphore(0);
    final CountDownLatch busy = new CountDownLatch(1);
    final CountDownLatch taken = new CountDownLatch(1);
    final CountDownLatch reopened = new CountDownLatch(1);
    final CountDownLatch failed = new CountDownLatch(1);
    final ByteArrayOutputStream content = new ByteArrayOutputStream();
    volatile boolean full;

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      busy.countDown();
      permits.acquireUninterruptibly();
      permits.release();
      if (full) {
        full = false;
        failed.countDown();
        throw new IOException("No space left on device");
      }
      byte[] some = new byte[Math.min(bytes.remaining(), 1000)];
      bytes.get(some);
      content.writeBytes(some);
      taken.countDown();
    }

    @Override
    public void reopen() {
      reopened.countDown();
    }

    @Override
    public void close() {}

    String text() {
      return content.toString(StandardCharsets.US_ASCII);
    }
  }

  private final SlowFile file = new SlowFile();
  private final LogWriter writer = new LogWriter(file);

  @AfterEach
  void end_the_thread() {
    file.permits.release();
    writer.close();
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    writer.add(bytes, bytes.length);
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_line_reaches_the_file_without_further_lines() throws Exception {
    file.permits.release();
    writer.start();

    add("a line\n");

    await(file.taken);
  }

  @Test
  void closing_writes_what_is_left() {
    file.permits.release();
    writer.start();

    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      add("line " + i + "\n");
      expected.append("line ").append(i).append('\n');
    }
    writer.close();

    assertThat(writer.dropped()).isZero();
    assertThat(file.text()).isEqualTo(expected.toString());
  }

  @Test
  void a_file_that_stands_still_costs_lines_but_no_time() throws Exception {
    writer.start();
    String line = "x".repeat(1023) + "\n";
    add(line);
    await(file.busy);

    for (int i = 0; i < 2 * CAPACITY / line.length(); i++) {
      add(line);
    }

    assertThat(writer.dropped()).isEqualTo(CAPACITY / line.length() + 1);
    file.permits.release();
    writer.close();
    assertThat(file.content.size()).isEqualTo(CAPACITY);
    assertThat(file.text()).isEqualTo(line.repeat(CAPACITY / line.length()));
  }

  @Test
  void what_comes_after_the_ring_has_gone_round_is_whole() throws Exception {
    file.permits.release();
    writer.start();
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      // Odd lengths, so that a line lies across the end of the ring.
      String line = Integer.toString(i).repeat(399_999) + "\n";
      expected.append(line);
      add(line);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (writer.pending() > 0) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.onSpinWait();
      }
    }
    writer.close();

    assertThat(file.text()).isEqualTo(expected.toString());
  }

  @Test
  void a_full_disk_loses_nothing_that_the_ring_can_hold() throws Exception {
    file.full = true;
    file.permits.release();
    writer.start();

    add("before\n");
    await(file.failed);
    add("after\n");
    await(file.taken);
    writer.close();

    assertThat(file.text()).isEqualTo("before\nafter\n");
  }

  @Test
  void it_reopens_the_file_when_it_is_told_to() throws Exception {
    writer.start();

    writer.reopen();

    await(file.reopened);
  }
}
