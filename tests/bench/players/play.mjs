/**
 * What every player does: a process that waits for a line of JSON with a task
 * and how long to do it, and writes a line with the number that came of it.
 *
 * This is JavaScript, not TypeScript, so that Node and Bun run it as it is.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";

/**
 * Does tasks until its input ends.
 *
 * @param {Record<string, (ms: number) => unknown>} own What it can do, some of it
 * for a while in milliseconds.
 */
export function play(own) {
  const tasks = {
    memory: () => process.memoryUsage().rss,
    clock: clockMs,
    ...own,
  };
  const input = createInterface({ input: process.stdin });
  input.on("line", async (line) => {
    const { task, ms } = JSON.parse(line);
    /** @type {{ value?: number, error?: string }} */
    let answer;
    try {
      answer = { value: await tasks[task](ms) };
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  });
  input.on("close", () => process.exit());
}

/**
 * The clock that rates are measured by, in milliseconds: real time, or with
 * `--cpu` this process's processor time, which other processes can't use up.
 */
export const clockMs = process.env.BENCH_CLOCK === "cpu"
  ? () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
  : () => performance.now();

/**
 * Does something again and again for a while, at least once.
 *
 * @param {number} ms How long, in milliseconds.
 * @param {() => Promise<unknown>} once Does it once.
 * @returns {Promise<number>} How many times in a second.
 */
export async function rate(ms, once) {
  const endMs = performance.now() + ms;
  const startMs = clockMs();
  let times = 0;
  do {
    await once();
    times++;
  } while (performance.now() < endMs);
  return times * 1000 / (clockMs() - startMs);
}

/**
 * Sends blocks for a while, at least one, and waits until all has been received.
 *
 * @param {number} ms How long to send, in milliseconds.
 * @param {() => Promise<unknown>} send Sends one block.
 * @param {() => unknown} end Ends the stream.
 * @param {Promise<number>} received How much has come, once all has.
 * @returns {Promise<number>} How much came in a second.
 */
export async function flood(ms, send, end, received) {
  const endMs = performance.now() + ms;
  const startMs = clockMs();
  do await send(); while (performance.now() < endMs);
  end();
  return await received * 1000 / (clockMs() - startMs);
}

/** Bytes of a small message. */
export const SMALL = 64;
/** Bytes of a large one, and of every write of a flood. */
export const LARGE = 64 * 1024;
/** Datagrams that are on their way at the same time. */
export const IN_FLIGHT = 32;

/** What a flood is made of. */
export const BLOCK = new Uint8Array(LARGE);

/** Whole lines of 40 bytes. */
export const LINES = new TextEncoder().encode(
  "GET /a/resource/of/some/length HTTP/1.1\n".repeat(LARGE / 40 | 0),
);

/** Whole frames: four bytes of length, and that many more. */
export const FRAMES = new Uint8Array(
  Math.floor(LARGE / (4 + SMALL)) * (4 + SMALL),
);
for (let at = 0; at < FRAMES.length; at += 4 + SMALL) FRAMES[at + 3] = SMALL;
