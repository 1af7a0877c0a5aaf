package io.saola.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Writes events down as text, in the order in which they come.
final class Recorder implements Events {
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> printed = new LinkedBlockingQueue<>();

  private final BlockingQueue<String> generations = new LinkedBlockingQueue<>();

  private final BlockingQueue<String> crashes = new LinkedBlockingQueue<>();

  /// What has ended and was not told to.
  BlockingQueue<String> crashes() {
    return crashes;
  }

  /// What molds were made by.
  BlockingQueue<String> generations() {
    return generations;
  }

  /// The next event, which must come soon.
  String next() throws InterruptedException {
    return taken(seen);
  }

  /// The next line of output, which must come soon.
  String nextOutput() throws InterruptedException {
    return taken(printed);
  }

  /// What has come and was not asked for.
  BlockingQueue<String> rest() {
    return seen;
  }

  BlockingQueue<String> restOfOutput() {
    return printed;
  }

  private static String taken(BlockingQueue<String> queue) throws InterruptedException {
    String text = queue.poll(10, TimeUnit.SECONDS);
    assertThat(text).as("an event within 10 s").isNotNull();
    return text;
  }

  @Override
  public void keeperStarted(String pythonVersion) {
    seen.add("keeper started " + pythonVersion);
  }

  @Override
  public void ready() {
    seen.add("ready");
  }

  @Override
  public void workerGone(int slot, int generation, int pid, String how) {
    seen.add("worker gone " + slot + " " + generation + " " + pid + " " + how);
  }

  @Override
  public void crashed(int pid, String account) {
    crashes.add(account);
  }

  @Override
  public void retire(int slot, int pid) {
    seen.add("retire " + slot + " " + pid);
  }

  @Override
  public void become(int pid, int generation) {
    seen.add("become " + pid + " " + generation);
  }

  @Override
  public void spared(int pid) {
    seen.add("spared " + pid);
  }

  @Override
  public void generation(int generation, int version, boolean byMold) {
    generations.add(generation + " of plan " + version + (byMold ? "" : ", workers import"));
  }

  @Override
  public void bootFailed(int exitCode, String message) {
    seen.add("boot failed " + exitCode + " " + message);
  }

  @Override
  public void keeperGone() {
    seen.add("keeper gone");
  }

  @Override
  public void output(String source, int generation, String line) {
    printed.add(source + " " + generation + " " + line);
  }
}
