package io.saola.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// `saola lab jmh`: JMH's own command line, with what is right here as defaults.
public final class Main {
  private static final int FAILED = 1;

  /// EX_USAGE of sysexits.h.
  private static final int USAGE = 64;

  private static final String HELP =
      """
      usage: saola lab jmh [PATTERN] [JMH's options]

      Benchmarks of what the event loop does for each request: time and allocated bytes.

        saola lab jmh                              all, about 5 minutes
        saola lab jmh --quick                      to see that they run; the figures mean nothing
        saola lab jmh Head -rff FILE               those whose names match; results as JSON
        saola lab jmh -l                           their names

      JMH's options come after; 'saola lab jmh -h' lists them.
      """;

  private Main() {}

  /// Runs benchmarks.
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  static int run(List<String> arguments) {
    if (arguments.contains("--help")) {
      System.out.print(HELP);
      return 0;
    }
    boolean quick = arguments.contains("--quick");
    String[] others = arguments.stream().filter(a -> !a.equals("--quick")).toArray(String[]::new);
    try {
      CommandLineOptions given = new CommandLineOptions(others);
      if (given.shouldHelp()) {
        given.showHelp();
      } else if (given.shouldList()) {
        new Runner(given).list();
      } else {
        System.out.println(machine());
        new Runner(defaults(given, quick)).run();
      }
      return 0;
    } catch (CommandLineOptionException e) {
      System.err.println("saola lab jmh: " + e.getMessage());
      return USAGE;
    } catch (RunnerException e) {
      System.err.println("saola lab jmh: " + e.getMessage());
      return FAILED;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What the command line leaves open. The flags of this JVM, which the launcher gives as it does
  /// to a server, are those of the measured ones.
  private static Options defaults(CommandLineOptions given, boolean quick) {
    ChainedOptionsBuilder options =
        new OptionsBuilder().parent(given).addProfiler(GCProfiler.class).shouldFailOnError(true);
    if (!given.getForkCount().hasValue()) {
      options.forks(quick ? 1 : 2);
    }
    if (!given.getWarmupIterations().hasValue()) {
      options.warmupIterations(quick ? 1 : 3);
    }
    if (!given.getMeasurementIterations().hasValue()) {
      options.measurementIterations(quick ? 1 : 5);
    }
    TimeValue time = quick ? TimeValue.milliseconds(50) : TimeValue.seconds(1);
    if (!given.getWarmupTime().hasValue()) {
      options.warmupTime(time);
    }
    if (!given.getMeasurementTime().hasValue()) {
      options.measurementTime(time);
    }
    if (given.getResult().hasValue() && !given.getResultFormat().hasValue()) {
      options.resultFormat(ResultFormatType.JSON);
    }
    return options.build();
  }

  /// A line about the machine: figures mean nothing without.
  private static String machine() throws IOException {
    String processor = System.getProperty("os.arch");
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      for (String line : Files.readAllLines(info)) {
        if (line.startsWith("model name")) {
          processor = line.substring(line.indexOf(':') + 1).strip();
          break;
        }
      }
    }
    return "machine: "
        + processor
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors, Linux "
        + System.getProperty("os.version")
        + ", JDK "
        + Runtime.version();
  }
}
