/**
 * What a test that is the same for many cases takes: all of them where `CI` is
 * set, and a sample elsewhere, so that `deno task test` stays short. Its summary
 * says so.
 *
 * @module
 */

/** Whether everything is tested. */
export const ALL: boolean = Deno.env.has("CI");

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
 * How many turns a fuzz test takes: all of them, or a tenth.
 *
 * @param full The turns of a full run.
 * @returns The turns of this run.
 */
export function fuzzTurns(full: number): number {
  return ALL ? full : full / 10;
}
