package io.saola.link;

import java.util.ArrayList;
import java.util.List;

/// An owner that notes what it is told, to be read on the loop or after a wait for it.
final class RecordedOwner implements WorkerLink.Owner {
  final List<String> said = new ArrayList<>();

  @Override
  public void broken(WorkerLink from, String why) {
    said.add("broken: " + why);
  }

  @Override
  public void unfit(WorkerLink from, String why) {
    said.add("unfit: " + why);
  }

  @Override
  public void closed(WorkerLink from) {
    said.add("closed");
  }
}
