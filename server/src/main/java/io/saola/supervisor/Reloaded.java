package io.saola.supervisor;

/// How a reload ended.
///
/// @param succeeded whether every worker runs the new code now
/// @param generation of the mold that serves from now on
/// @param message for the operator, in one sentence; if it failed, why
public record Reloaded(boolean succeeded, int generation, String message) {
  /// Why a second one at a time is refused.
  public static final String BUSY = "a reload is on its way already";
}
