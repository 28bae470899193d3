/** What a check found wrong, in the parts that its report prints. */
export interface Failure {
  /** What went wrong, in one sentence. */
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
 * The message is the problem and its likely cause, so that the error is useful
 * wherever it ends up.
 */
export class CheckFailed extends Error {
  /** What was found wrong. */
  readonly failure: Failure;
  /** What the check did, in order; it failed in the last of these. */
  readonly steps: string[];

  /**
   * Makes the error.
   *
   * @param failure What was found wrong.
   * @param steps What the check did, in order.
   * @param options `cause`: the error that the learner's code threw, if any.
   */
  constructor(failure: Failure, steps: string[], options?: ErrorOptions) {
    super(`${failure.problem}\n${failure.likely}`, options);
    this.name = "CheckFailed";
    this.failure = failure;
    this.steps = steps;
  }
}
