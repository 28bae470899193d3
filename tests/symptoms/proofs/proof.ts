/**
 * Produces a symptom on loopback.
 *
 * @returns The error as it was thrown, or several that the entry describes; for
 * a symptom without an error, what happened, in the entry's words.
 */
export type Proof = () => Promise<Error | Error[] | string>;
