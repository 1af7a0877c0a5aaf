package io.saola.lab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One process as `/proc/PID/stat` tells it (proc_pid_stat(5)).
///
/// `user` and `system` are the processor time of the process and of the children it has reaped, in
/// ticks, so that a child that ends between two readings is counted by its parent. `ended` is a
/// process whose parent has not yet asked how it ended.
record ProcessStat(
    long pid,
    String name,
    long parent,
    long group,
    long session,
    long user,
    long system,
    boolean ended) {

  /// Parses a line. The name stands in parentheses and may itself hold spaces and parentheses, so
  /// the fields are counted from the last `)`.
  static ProcessStat parse(String line) {
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    if (open < 0 || close < open) {
      throw new IllegalArgumentException("not a line of /proc/PID/stat: " + line);
    }
    // Field 3 (state) is number 0 here, so field n of the manual is number n - 3.
    String[] fields = line.substring(close + 1).strip().split(" ", -1);
    return new ProcessStat(
        Long.parseLong(line.substring(0, open).strip()),
        line.substring(open + 1, close),
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        Long.parseLong(fields[11]) + Long.parseLong(fields[13]),
        Long.parseLong(fields[12]) + Long.parseLong(fields[14]),
        fields[0].equals("Z") || fields[0].equals("X"));
  }

  long ticks() {
    return user + system;
  }

  /// When the process was forked, in ticks since the machine was started: field 22 of a line.
  static long startTicks(String line) {
    String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
    return Long.parseLong(fields[19]);
  }

  /// The processes that belong to the roots: the roots, their descendants, and whoever is in a
  /// session or a process group led by one of these, whatever its parent is by now.
  static List<ProcessStat> belongingTo(Set<Long> roots, Collection<ProcessStat> all) {
    Set<Long> ids = new HashSet<>(roots);
    Map<Long, ProcessStat> found = new HashMap<>();
    boolean grew = true;
    while (grew) {
      grew = false;
      for (ProcessStat process : all) {
        if (!found.containsKey(process.pid) && process.belongsTo(ids)) {
          found.put(process.pid, process);
          ids.add(process.pid);
          grew = true;
        }
      }
    }
    return new ArrayList<>(found.values());
  }

  private boolean belongsTo(Set<Long> ids) {
    return ids.contains(pid)
        || ids.contains(parent)
        || ids.contains(session)
        || ids.contains(group);
  }
}
