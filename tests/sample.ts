/**
 * The sample that `deno task test` takes where it runs everything, so that it
 * stays short. A path among its arguments, or `CI=1`, runs all there is.
 *
 * @module
 */

/** Whether every case is tested. */
export const ALL: boolean = !Deno.env.has("WORKBOOK_SAMPLE");

/**
 * The lessons that stand for the others: 13 is about UDP sockets, and 18 about
 * Unix sockets. Many tests run lesson 3, with a TCP connection, in any case.
 */
const SAMPLE = [13, 18];

/**
 * Whether a test that runs each lesson runs this one.
 *
 * @param lesson The lesson.
 * @returns Whether all are tested, or it's one of the sample.
 */
export function isTested({ number }: { number: number }): boolean {
  return ALL || SAMPLE.includes(number);
}

/**
 * How many turns a test with random input takes: all of them, or a tenth.
 *
 * @param full The turns of a full run.
 * @returns The turns of this run.
 */
export function fuzzTurns(full: number): number {
  return ALL ? full : full / 10;
}

/**
 * The cases of a test that are tried: the first, and every fourth after it.
 *
 * @param cases Cases that are alike, such as the wrong answers to an exercise.
 * @returns All of them, or the sample.
 */
export function sampleOf<T>(cases: T[]): T[] {
  return cases.filter((_, i) => ALL || i % 4 === 0);
}
