/**
 * What every assertion throws when it does not hold.
 *
 * It is not the class of the same name in `node:assert`, because that one takes
 * its message in an object.
 */
export class AssertionError extends Error {
  /**
   * Makes the error.
   *
   * @param message What was expected and what came.
   * @param options The `cause`, where there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/**
 * Ends an assertion's sentence with the caller's message, or with a full stop.
 *
 * @param message The caller's message, if any.
 * @returns `": message"` or `"."`.
 */
export function ending(message?: string): string {
  return message ? `: ${message}` : ".";
}
