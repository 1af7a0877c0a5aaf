package io.saola.cli;

/// What the commands to a running server say about themselves.
final class RemoteHelp {
  private static final String SERVER =
      """

        --server SERVER         its PID, pid file, runtime folder or control socket;
                                not needed if one runs

      Exit code 0, 1 if the server cannot do it, 69 if there is no server to ask, 78
      if the command is wrong.
      """;

  private RemoteHelp() {}

  static String of(Command command) {
    return text(command) + SERVER;
  }

  private static String text(Command command) {
    return switch (command) {
      case STATUS ->
          """
          Shows a server's app, addresses, workers and requests, and how its last reload
          and upgrade ended.

            --json                  as JSON, for programs
          """;
      case PS ->
          """
          Shows each worker: its slot, pid, generation, state, requests answered, age,
          memory (RSS; PSS counts what is shared by n processes as an n-th; the part of
          RSS that is shared), and the request that it has been at for longest.

            --files                 open files of every process, and their limits
            --json                  as JSON, for programs: in bytes and seconds
          """;
      case STACK ->
          """
          Shows the Python stacks of all threads of the worker in a slot, also of one that
          is busy. saola ps lists the slots.
          """;
      case RELOAD ->
          """
          Loads the app anew, as HUP does, and waits for the outcome. Workers are replaced
          when their successors are ready. If the new code does not start, the old goes
          on serving: the error is shown, and the exit code is 1.
          """;
      case RECYCLE ->
          """
          Replaces the worker of a slot, or all of them, by workers of the same code. Each
          goes when its successor is ready and its requests have ended.
          """;
      case SCALE -> "Changes the number of workers until the server ends.\n";
      case UPGRADE ->
          """
          Starts a second server with the same arguments, has it take the addresses over
          when it is ready, and ends the first when its requests have ended. If the
          second does not start, the first goes on, and the exit code is 1. The signal
          USR2 does the same.
          """;
      case STOP -> "Stops a server as TERM does, and waits until it has ended.\n";
      default -> throw new IllegalArgumentException(command.text());
    };
  }
}
