package io.saola.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// How long files and methods may be.
class SizesTest {
  private static final int FILE_LINES = 500;
  private static final int METHOD_LINES = 50;

  /// What may be longer, as `File.java` or `File.java#method`, and the reason.
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "Slot.java#next",
          "A worker's state machine: every pair of a state and an event is placed once.");

  private record Size(String name, long lines) {}

  @Test
  void no_file_is_longer_than_it_may_be() throws IOException {
    List<Size> files = files();

    assertThat(files).isNotEmpty();
    assertThat(tooLong(files, FILE_LINES)).isEmpty();
  }

  @Test
  void no_method_is_longer_than_it_may_be() throws IOException {
    List<Size> methods = methods();

    assertThat(methods).isNotEmpty();
    assertThat(tooLong(methods, METHOD_LINES)).isEmpty();
  }

  @Test
  void no_exception_is_kept_that_is_not_needed() throws IOException {
    List<String> needed =
        Stream.concat(
                files().stream().filter(size -> size.lines() > FILE_LINES),
                methods().stream().filter(size -> size.lines() > METHOD_LINES))
            .map(Size::name)
            .toList();

    assertThat(needed).containsAll(EXCEPTIONS.keySet());
  }

  private static List<Size> tooLong(List<Size> sizes, int most) {
    return sizes.stream()
        .filter(size -> size.lines() > most && !EXCEPTIONS.containsKey(size.name()))
        .toList();
  }

  private static List<Size> files() throws IOException {
    List<Size> files = new ArrayList<>();
    for (Path source : sources()) {
      try (Stream<String> lines = Files.lines(source)) {
        files.add(new Size(source.getFileName().toString(), lines.count()));
      }
    }
    return files;
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String root : List.of("src/main/java", "src/test/java")) {
      try (Stream<Path> paths = Files.walk(Path.of(root))) {
        paths.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }

  private static List<Size> methods() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Size> methods = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, List.of(), null, files.getJavaFileObjectsFromPaths(sources()));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        new MethodSizes(positions).scan(unit, methods);
      }
    }
    return methods;
  }

  private static final class MethodSizes extends TreePathScanner<Void, List<Size>> {
    private final SourcePositions positions;

    MethodSizes(SourcePositions positions) {
      this.positions = positions;
    }

    @Override
    public Void visitMethod(MethodTree method, List<Size> found) {
      CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
      long first = line(unit, positions.getStartPosition(unit, method));
      long last = line(unit, positions.getEndPosition(unit, method));
      String file = Path.of(unit.getSourceFile().getName()).getFileName().toString();
      found.add(new Size(file + "#" + method.getName(), last - first + 1));
      return super.visitMethod(method, found);
    }

    private static long line(CompilationUnitTree unit, long position) {
      return unit.getLineMap().getLineNumber(position);
    }
  }
}
