import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.VirtualMachine;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// Asks a running JVM how many bytes each of its threads has allocated since it began.
///
/// `java Allocated.java PID`: for each line of standard input one `BYTES NAME` for each thread, and an
/// empty line. The JVM counts exactly, whatever its collector does; it needs no flag for that.
void main(String[] arguments) throws Exception {
  VirtualMachine machine = VirtualMachine.attach(arguments[0]);
  JMXServiceURL address = new JMXServiceURL(machine.startLocalManagementAgent());
  machine.detach();
  JMXConnector connector = JMXConnectorFactory.connect(address);
  ThreadMXBean threads =
      ManagementFactory.newPlatformMXBeanProxy(
          connector.getMBeanServerConnection(),
          ManagementFactory.THREAD_MXBEAN_NAME,
          ThreadMXBean.class);
  while (IO.readln() != null) {
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    ThreadInfo[] infos = threads.getThreadInfo(ids);
    for (int i = 0; i < ids.length; i++) {
      if (infos[i] != null) { // it may have ended meanwhile
        IO.println(bytes[i] + " " + infos[i].getThreadName());
      }
    }
    IO.println("");
  }
  Runtime.getRuntime().halt(0); // the JVM may be gone, and closing would tell it so in vain
}
