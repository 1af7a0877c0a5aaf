package io.saola.supervisor;

import java.util.ArrayList;
import java.util.List;

/// Writes down what the crew says to the world and to its mold, in order.
final class FakeWorld implements Crew.Outside, MoldControl {
  private final List<String> said = new ArrayList<>();

  /// What was said since this was last asked.
  List<String> taken() {
    List<String> taken = List.copyOf(said);
    said.clear();
    return taken;
  }

  void forget(String line) {
    said.remove(line);
  }

  @Override
  public void tell(String order) {
    said.add(order);
  }

  @Override
  public boolean open(String fifo) {
    said.add("open " + fifo);
    return true;
  }

  @Override
  public void attribute(String fifo, int generation) {
    said.add("attribute " + fifo + " " + generation);
  }

  @Override
  public void afterOutput(String fifo, Runnable then) {
    said.add("after " + fifo);
    then.run();
  }

  @Override
  public String lastStack(int slot, int pid) {
    return "";
  }

  @Override
  public void fork(int slot) {
    said.add("fork " + slot);
  }

  @Override
  public void stop() {
    said.add("stop");
  }
}
