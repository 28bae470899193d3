import type { TrialFailure } from "../../../lib/workbook/kit/mod.ts";

export const DRAIN = "Closing gracefully";

/**
 * Explains why `closeGracefully` failed, which it must never do.
 *
 * @param error What it threw.
 * @param how Whether it was thrown, or a promise that nothing awaits failed.
 * @returns The diagnosis.
 */
export function explainError(
  error: unknown,
  how: "thrown" | "forgotten" = "thrown",
): TrialFailure {
  const problem = how === "forgotten"
    ? `A promise that you didn't await failed: ${error}.`
    : `closeGracefully() threw ${error}.`;
  if (error instanceof Deno.errors.Interrupted) {
    return {
      problem,
      likely:
        "You didn't catch the error from read(). Your own close() ended " +
        "that read when the grace period was over, as it should.",
      read: "What a closed socket tells you",
    };
  }
  if (error instanceof Deno.errors.BadResource) {
    return {
      problem,
      likely: "You used the connection after you closed it: a second close() " +
        "throws BadResource, and so does a later read(). Use " +
        "conn[Symbol.dispose](), which doesn't throw, and catch the error from " +
        "read().",
      read: "What a closed socket tells you",
    };
  }
  return {
    problem,
    likely: error instanceof TypeError
      ? "You didn't expect missing options. Your caller can leave out all of " +
        "them, or just graceMs: write { graceMs = 1000 } = {}."
      : "You didn't catch this error: the peer is gone. You're about to close " +
        "the connection anyway, so close it and return.",
    read: DRAIN,
  };
}
