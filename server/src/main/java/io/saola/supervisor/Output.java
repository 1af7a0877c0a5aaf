package io.saola.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.saola.observe.Lines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the processes of one place print: the reading end of their FIFO and the thread that reads.
///
/// The FIFO is opened for reading and writing, so that opening never waits and the end is never
/// seen while one process goes and the next comes.
final class Output implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Output.class);
  private static final int LONGEST_LINE = 8 * 1024;
  private static final int STACK = 256 * 1024;

  /// A line that the server itself writes, to see when what came before it has been read.
  private record Mark(String text, CountDownLatch seen) {}

  private final Path fifo;
  private final Events events;
  private final FileChannel channel;
  private final String source;
  private volatile int generation;
  private volatile @Nullable Mark mark;

  private Output(Path fifo, Events events, FileChannel channel) {
    this.fifo = fifo;
    this.events = events;
    this.channel = channel;
    this.source = String.valueOf(fifo.getFileName());
  }

  static Output open(Path fifo, Events events) throws IOException {
    Output output = new Output(fifo, events, FileChannel.open(fifo, READ, WRITE));
    daemon("output-" + output.source, output::read);
    return output;
  }

  void attribute(int generation) {
    this.generation = generation;
  }

  /// Waits until everything printed so far has been given to [Events#output], or the time is up.
  void drain(Duration bound) throws InterruptedException {
    Mark last = new Mark("\0end " + System.identityHashCode(this), new CountDownLatch(1));
    mark = last;
    // On a thread of its own, because a full FIFO would hold it for as long as the reader is held.
    daemon("drain-" + source, () -> write(last.text + "\n"));
    boolean ignored = last.seen.await(bound.toNanos(), TimeUnit.NANOSECONDS);
    mark = null;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("output not closed source={}", source, e);
    }
  }

  private void write(String text) {
    // Not through our channel: it lets nobody write while somebody reads.
    try (FileChannel end = FileChannel.open(fifo, WRITE)) {
      end.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
    } catch (IOException e) {
      LOG.debug("output not marked source={}", source, e);
    }
  }

  private void read() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST_LINE);
    Lines lines = new Lines(LONGEST_LINE, this::line);
    try {
      while (channel.read(buffer) >= 0) {
        lines.feed(buffer.flip());
        buffer.clear();
      }
    } catch (ClosedChannelException e) {
      LOG.debug("output closed source={}", source);
    } catch (IOException e) {
      LOG.error("output lost source={}", source, e);
    }
  }

  private void line(String text) {
    Mark awaited = mark;
    if (awaited != null && text.endsWith(awaited.text)) {
      String rest = text.substring(0, text.length() - awaited.text.length());
      if (!rest.isEmpty()) {
        say(rest);
      }
      awaited.seen.countDown();
    } else {
      say(text);
    }
  }

  private void say(String text) {
    try {
      events.output(source, generation, text);
    } catch (RuntimeException e) {
      LOG.error("output not taken source={}", source, e);
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread.ofPlatform().daemon().name(name).stackSize(STACK).start(task);
  }
}
