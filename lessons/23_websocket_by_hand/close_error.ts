/** What 23.2 throws for what a client may not send. */
export class CloseError extends Error {
  override name = "CloseError";
  /** The close code that tells the client why: 1002, 1007, or 1009. */
  readonly code: number;

  /**
   * Makes an error.
   *
   * @param code The close code.
   * @param message What was wrong, for people.
   */
  constructor(code: number, message = "") {
    super(message);
    this.code = code;
  }
}
