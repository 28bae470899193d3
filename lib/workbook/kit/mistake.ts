import { copyOf, differenceAt } from "./values.ts";

/** A wrong version of an answer, and its diagnosis. */
export type Mistake<A extends unknown[]> = [
  wrong: (...args: A) => unknown,
  likely: string,
];

/**
 * Finds the known mistake in an answer: the wrong version that returns the same
 * results.
 *
 * More inputs make it more certain: `true` or `false` for one input says
 * little, but a checksum says a lot.
 *
 * @param answer The answer, or a function that returns the same results.
 * @param inputs The arguments of each call.
 * @param mistakes The wrong versions, the most likely first.
 * @returns The diagnosis of the first one that returns the same as the answer
 * for all inputs, or `undefined`.
 *
 * @example A comparison in the wrong direction
 * ```ts
 * import { mistakeOf } from "./mistake.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const answer = (a: number, b: number) => b < a;
 * const likely = mistakeOf(answer, [[1, 2], [2, 1], [1, 1]], [
 *   [(a, b) => a <= b, "A number isn't less than itself."],
 *   [(a, b) => a > b, "You compare the wrong way around."],
 * ]);
 * assertEquals(likely, "You compare the wrong way around.");
 * ```
 */
export function mistakeOf<A extends unknown[]>(
  answer: (...args: A) => unknown,
  inputs: readonly Readonly<A>[],
  mistakes: Mistake<A>[],
): string | undefined {
  const results = inputs.map((args) => resultOf(answer, args));
  const [, likely] =
    mistakes.find(([wrong]) =>
      inputs.every((args, i) =>
        differenceAt(results[i], resultOf(wrong, args)) === undefined
      )
    ) ?? [];
  return likely;
}

function resultOf<A extends unknown[]>(
  call: (...args: A) => unknown,
  args: Readonly<A>,
): unknown {
  try {
    return call(...copyOf(args) as A);
  } catch (error) {
    return error;
  }
}
