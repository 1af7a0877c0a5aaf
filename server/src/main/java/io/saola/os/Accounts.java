package io.saola.os;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Users and groups of this machine, wherever it keeps them: getent(1) asks LDAP as well.
public final class Accounts {
  /// name:password:user:group:comment:home:shell (passwd(5)).
  private static final int USER = 2;

  private static final int GROUP = 3;
  private static final int HOME = 5;

  private Accounts() {}

  /// One user.
  public record User(String name, int user, int group, String home) {}

  /// The user of this name or number.
  public static Optional<User> user(String nameOrNumber) {
    List<String> fields = entry("passwd", nameOrNumber);
    if (fields.size() <= HOME) {
      return Optional.empty();
    }
    OptionalInt user = number(fields.get(USER));
    OptionalInt group = number(fields.get(GROUP));
    return user.isEmpty() || group.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new User(fields.getFirst(), user.getAsInt(), group.getAsInt(), fields.get(HOME)));
  }

  /// The number of the group of this name, or the number that this is.
  public static OptionalInt group(String nameOrNumber) {
    List<String> fields = entry("group", nameOrNumber);
    return number(fields.size() > USER ? fields.get(USER) : nameOrNumber);
  }

  /// A number as users and groups have it; empty if this is none.
  public static OptionalInt number(String text) {
    try {
      int number = Integer.parseInt(text);
      return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    } catch (NumberFormatException _) {
      return OptionalInt.empty();
    }
  }

  private static List<String> entry(String table, String key) {
    try {
      Tool.Result result = Tool.run(List.of("getent", "--", table, key));
      return result.code() == 0 ? List.of(result.out().strip().split(":", -1)) : List.of();
    } catch (IOException _) {
      return List.of(); // no getent: only numbers then
    }
  }
}
