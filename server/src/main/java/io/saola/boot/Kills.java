package io.saola.boot;

import io.saola.exchange.Dispatcher;
import io.saola.supervisor.Supervisor;

/// What dispatch wants done to processes.
record Kills(Supervisor supervisor) implements Dispatcher.Control {
  @Override
  public void kill(int slot, int pid, String why) {
    supervisor.kill(slot, pid, why);
  }

  @Override
  public void nudge(int pid) {
    supervisor.nudge(pid);
  }

  @Override
  public void replace(int slot, int pid, long left, String why) {
    supervisor.replace(slot, pid, left, why);
  }

  @Override
  public void interrupt(int pid) {
    supervisor.interrupt(pid);
  }

  @Override
  public void showStacks(int slot, int pid, String what) {
    supervisor.showStacks(slot, pid, what);
  }

  @Override
  public void condemn(int slot, int pid, String account, String why) {
    supervisor.condemn(slot, pid, account, why);
  }

  @Override
  public void offer(int slot, int pid) {
    supervisor.promote(slot, pid);
  }

  @Override
  public void staysWorker(int pid, String why) {
    supervisor.staysWorker(pid, why);
  }

  @Override
  public void recycle(int slot, int pid, String why) {
    supervisor.recycle(slot, pid, why, count -> {});
  }

  @Override
  public void linkClosed(int pid) {
    supervisor.linkClosed(pid);
  }
}
