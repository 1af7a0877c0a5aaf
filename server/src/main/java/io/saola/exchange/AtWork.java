package io.saola.exchange;

import io.saola.link.Answer;
import io.saola.link.WorkerLink;

/// What one worker is at, at one moment.
///
/// @param takes whether it is given requests
/// @param served how many it has answered
/// @param running how many it has begun and not answered
/// @param oldest method and path of the one that it has had for longest, empty if there is none
/// @param nanos for how long
public record AtWork(int pid, boolean takes, long served, int running, String oldest, long nanos) {

  static AtWork of(WorkerLink link, boolean takes, long now) {
    int running = 0;
    String oldest = "";
    long most = 0;
    for (Answer answer : link.begun()) {
      Exchange exchange = (Exchange) answer; // nobody else sends requests over links
      long nanos = exchange.times.running(now);
      running++;
      if (nanos >= most) {
        most = nanos;
        oldest = exchange.trouble.subject();
      }
    }
    return new AtWork(link.pid(), takes, link.served(), running, oldest, most);
  }
}
