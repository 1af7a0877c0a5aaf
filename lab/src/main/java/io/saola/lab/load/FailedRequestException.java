package io.saola.lab.load;

/// One request that failed, which is counted and ends nothing.
final class FailedRequestException extends Exception {
  private static final long serialVersionUID = 1;

  private final Failure failure;

  FailedRequestException(Failure failure, String message) {
    super(message);
    this.failure = failure;
  }

  Failure failure() {
    return failure;
  }
}
