/**
 * The error of a failed assertion.
 *
 * It isn't the class of the same name in `node:assert`, because that one takes its
 * message in an object.
 */
export class AssertionError extends Error {
  /**
   * Makes the error.
   *
   * @param message The expected and the actual value.
   * @param options The `cause`, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/**
 * Formats the end of an assertion's sentence: the caller's message, or a period.
 *
 * @param message The caller's message, if any.
 * @returns `": message"` or `"."`.
 */
export function ending(message?: string): string {
  return message ? `: ${message}` : ".";
}
