/** The reason why a check failed, in the parts that its report prints. */
export interface Failure {
  /** The problem, in one sentence. */
  problem: string;
  /**
   * The expected result: bytes are printed as a hex dump, anything else as
   * text.
   */
  expected?: Uint8Array | string;
  /** The actual result. */
  received?: Uint8Array | string;
  /** The likely cause, and what to do, in one to three sentences. */
  likely: string;
  /** The heading in the lesson's README that explains it. */
  read: string;
}

/**
 * Thrown by a check that rejects an answer.
 *
 * The message contains the problem and its likely cause, so that the error is
 * useful wherever it's shown.
 */
export class CheckFailed extends Error {
  /** The reason for the failure. */
  readonly failure: Failure;
  /** The check's steps, in order; it failed in the last one. */
  readonly steps: string[];

  /**
   * Makes the error.
   *
   * @param failure The reason for the failure.
   * @param steps The check's steps, in order.
   * @param options `cause`: the error that the learner's code threw, if any.
   */
  constructor(failure: Failure, steps: string[], options?: ErrorOptions) {
    super(`${failure.problem}\n${failure.likely}`, options);
    this.name = "CheckFailed";
    this.failure = failure;
    this.steps = steps;
  }
}
