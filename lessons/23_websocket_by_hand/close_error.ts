/** The error that 23.2 throws if a client breaks the rules. */
export class CloseError extends Error {
  override name = "CloseError";
  /** The close code that tells the client why: 1002, 1007, or 1009. */
  readonly code: number;

  /**
   * Makes an error.
   *
   * @param code The close code.
   * @param message A text about the mistake, for people.
   */
  constructor(code: number, message = "") {
    super(message);
    this.code = code;
  }
}
