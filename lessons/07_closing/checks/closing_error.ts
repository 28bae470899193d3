import type { TrialFailure } from "../../../lib/workbook/kit/mod.ts";

export const DRAIN = "To hang up politely";

/**
 * Says what it means that `closeGracefully` fails, which it never may.
 *
 * @param error What it threw.
 * @param how Whether its caller gets that, or a promise that nothing awaits.
 * @returns The failure.
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
      likely: "Your own close() ended that read when the grace period was " +
        "over, as it should. Catch the error.",
      read: "What a closed socket says",
    };
  }
  if (error instanceof Deno.errors.BadResource) {
    return {
      problem,
      likely: "The connection is already closed: a second close() throws " +
        "BadResource, and so does a read that starts after the first. Use " +
        "conn[Symbol.dispose](), which doesn't throw, and catch the error of " +
        "the read.",
      read: "What a closed socket says",
    };
  }
  return {
    problem,
    likely: error instanceof TypeError
      ? "Your caller may leave out all the options, or just graceMs: write " +
        "{ graceMs = 1000 } = {}."
      : "The peer is gone. You're about to close the connection anyway, so " +
        "that's no failure: catch the error, close, and return.",
    read: DRAIN,
  };
}
