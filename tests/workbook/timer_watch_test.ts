import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as nodeTimers from "node:timers";
import * as nodePromises from "node:timers/promises";
import { settle } from "../../lib/workbook/kit/settle.ts";
import { inCheck } from "../../lib/workbook/kit/check_context.ts";
import { TimerWatch } from "../../lib/workbook/kit/timer_watch.ts";

const LONG_MS = 600_000;

Deno.test("TimerWatch sees the timers that are started, and those that run", () => {
  using timers = new TimerWatch();
  assertEquals([timers.started, timers.running()], [[], []]);
  const first = setTimeout(() => {}, LONG_MS);
  const second = setTimeout(() => {}, 5000);
  assertEquals(timers.running(), [LONG_MS, 5000]);
  clearTimeout(first);
  assertEquals(timers.running(), [5000]);
  clearTimeout(second);
  assertEquals(timers.started, [LONG_MS, 5000]);
});

Deno.test("TimerWatch lets a timer fire, with its arguments, and counts it no longer", async () => {
  using timers = new TimerWatch();
  const fired = Promise.withResolvers<unknown[]>();
  setTimeout((...given: unknown[]) => fired.resolve(given), 0, "a", 2);
  assertEquals(timers.running(), [0]);
  assertEquals(await fired.promise, ["a", 2]);
  assertEquals(timers.running(), []);
});

Deno.test("TimerWatch doesn't count timers shorter than it is told", () => {
  using timers = new TimerWatch();
  const started = [999, 1000].map((ms) => setTimeout(() => {}, ms));
  assertEquals(timers.running(1000), [1000]);
  started.forEach((timer) => clearTimeout(timer));
});

Deno.test("TimerWatch takes a timer that keeps no program running for none", () => {
  using timers = new TimerWatch();
  const timer = setTimeout(() => {}, LONG_MS);
  timer.unref();
  assertEquals(timers.running(), []);
  timer.ref();
  assertEquals(timers.running(), [LONG_MS]);
  clearTimeout(timer);
});

const ends: Record<string, (timer: ReturnType<typeof setTimeout>) => void> = {
  "clearTimeout()": (timer) => clearTimeout(timer),
  "clearTimeout() of its number": (timer) => clearTimeout(Number(timer)),
  "the end of a `using` block": (timer) => timer[Symbol.dispose](),
};
for (const [name, end] of Object.entries(ends)) {
  Deno.test(`TimerWatch knows a timer that was ended by ${name}`, () => {
    using timers = new TimerWatch();
    end(setTimeout(() => {}, LONG_MS));
    assertEquals(timers.running(), []);
  });
}

Deno.test("TimerWatch steps aside when it closes, and ends nobody's timer", async () => {
  const before = [setTimeout, clearTimeout];
  const timers = new TimerWatch();
  const waiting = new Promise((resolve) => setTimeout(resolve, 0));
  timers.close();
  assertStrictEquals(setTimeout, before[0]);
  assertStrictEquals(clearTimeout, before[1]);
  await waiting;
});

Deno.test("TimerWatch doesn't take another one's place when it is closed again", () => {
  const first = new TimerWatch();
  first.close();
  using second = new TimerWatch();
  first.close();
  const timer = setTimeout(() => {}, LONG_MS);
  assertEquals(second.running(), [LONG_MS]);
  clearTimeout(timer);
});

Deno.test("TimerWatch sees an interval until it's cleared", () => {
  using timers = new TimerWatch();
  const interval = setInterval(() => {}, LONG_MS);
  assertEquals([timers.running(), timers.runningCount], [[LONG_MS], 1]);
  clearInterval(interval);
  assertEquals([timers.running(), timers.runningCount], [[], 0]);
});

Deno.test("TimerWatch counts the timers of node:timers and its promises", () => {
  using timers = new TimerWatch();
  const plain = nodeTimers.setTimeout(() => {}, LONG_MS);
  const stop = new AbortController();
  nodePromises.setTimeout(LONG_MS, undefined, { signal: stop.signal })
    .catch(() => {});
  assertEquals([timers.running(), timers.runningCount], [[], 2]);
  nodeTimers.clearTimeout(plain);
  stop.abort();
  assertEquals(timers.runningCount, 0);
});

Deno.test("TimerWatch counts setImmediate(), and names AbortSignal.timeout()", async () => {
  using timers = new TimerWatch();
  await new Promise((resolve) => setImmediate(resolve));
  const signal = AbortSignal.timeout(0);
  await new Promise((resolve) => signal.onabort = resolve);
  assertEquals([timers.immediates, timers.started], [1, [0]]);
});

Deno.test("TimerWatch counts an AbortSignal.timeout() that has a listener", () => {
  using timers = new TimerWatch();
  const signal = AbortSignal.timeout(60_000);
  // Without a listener, it doesn't keep the program running.
  assertEquals(timers.runningCount, 0);
  const listener = () => {};
  signal.addEventListener("abort", listener);
  assertEquals(timers.running(), [60_000]);
  signal.removeEventListener("abort", listener);
  assertEquals(timers.runningCount, 0);
});

Deno.test("TimerWatch rejects a delay that isn't a number", () => {
  using _ = new TimerWatch();
  const options = { ms: 20 } as unknown as number;
  assertThrows(() => setTimeout(() => {}, options), TypeError, "milliseconds");
});

Deno.test("TimerWatch leaves out the timers of the kit", async () => {
  using timers = new TimerWatch();
  const waiting = settle();
  assertEquals([timers.started, timers.runningCount], [[], 0]);
  await waiting;
});

Deno.test("TimerWatch leaves out the timers of an answer whose check is over", async () => {
  const over = Promise.withResolvers<void>();
  let rounds = 0;
  // It goes on in the next check, as a retry without a limit does.
  const leftBehind = inCheck(async () => {
    await over.promise;
    const timer = setInterval(() => rounds++, 1);
    while (rounds < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    const long = setTimeout(() => {}, 60_000);
    return () => [timer, long].forEach(clearTimeout);
  });
  await inCheck(async () => {
    using watch = new TimerWatch();
    over.resolve();
    const end = await leftBehind;
    assertEquals([watch.runningCount, watch.started], [0, []]);
    const timer = setTimeout(() => {}, 7000);
    assertEquals([watch.runningCount, watch.started], [1, [7000]]);
    end();
    assertEquals(watch.running(), [7000]);
    clearTimeout(timer);
    assertEquals(watch.runningCount, 0);
  });
});
