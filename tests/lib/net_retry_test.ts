import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { connectTcp } from "../../lib/net/connect.ts";
import { listenTcp } from "../../lib/net/listen.ts";
import { retry, type RetryOptions } from "../../lib/net/retry.ts";
import { quietPort, watchedSignal } from "./net_fixture.ts";

/** Fails with these errors, one by one, and then gives "done". */
function failing(...errors: unknown[]) {
  const state = {
    attempts: 0,
    attempt() {
      const index = state.attempts++;
      return index < errors.length
        ? Promise.reject(errors[index])
        : Promise.resolve("done");
    },
  };
  return state;
}

/** Sleeps no time, and says how long it should have been. */
function sleeper() {
  const delays: number[] = [];
  return {
    delays,
    sleep: (ms: number) => Promise.resolve(void delays.push(ms)),
  };
}

function refusals(count: number): Error[] {
  return Array.from(
    { length: count },
    (_, index) => new Deno.errors.ConnectionRefused(`refusal ${index + 1}`),
  );
}

Deno.test("retry() returns the first attempt's result, without a delay", async () => {
  const { delays, sleep } = sleeper();
  const work = failing();
  assertEquals(
    await retry(work.attempt, { attempts: 3, firstDelayMs: 10, sleep }),
    "done",
  );
  assertEquals(work.attempts, 1);
  assertEquals(delays, []);
});

Deno.test("retry() doubles the delay after each failure, up to maxDelayMs", async () => {
  const { delays, sleep } = sleeper();
  const work = failing(...refusals(6));
  const options = { attempts: 7, firstDelayMs: 10, maxDelayMs: 100, sleep };
  assertEquals(await retry(work.attempt, options), "done");
  assertEquals(delays, [10, 20, 40, 80, 100, 100]);
});

Deno.test("retry() never waits longer than 30 s by default", async () => {
  const { delays, sleep } = sleeper();
  const work = failing(...refusals(2000));
  const options = { attempts: Infinity, firstDelayMs: 8000, sleep };
  assertEquals(await retry(work.attempt, options), "done");
  assertEquals(delays.slice(0, 4), [8000, 16000, 30000, 30000]);
  assertEquals(delays.at(-1), 30000);
});

for (const attempts of [1, 2, 5]) {
  Deno.test(`retry() throws the last error as it is after ${attempts} attempts, with no delay behind it`, async () => {
    const { delays, sleep } = sleeper();
    const errors = refusals(10);
    const work = failing(...errors);
    const error = await assertRejects(
      () => retry(work.attempt, { attempts, firstDelayMs: 1, sleep }),
    );
    assertStrictEquals(error, errors[attempts - 1]);
    assertEquals(work.attempts, attempts);
    assertEquals(delays.length, attempts - 1);
  });
}

Deno.test("retry() throws any other error at once", async () => {
  for (
    const failure of [
      new Deno.errors.ConnectionReset("reset"),
      new Deno.errors.TimedOut("late"),
      new TypeError("a bug"),
      "not even an Error",
    ]
  ) {
    const { delays, sleep } = sleeper();
    const work = failing(...refusals(1), failure);
    let thrown: unknown;
    try {
      await retry(work.attempt, { attempts: 9, firstDelayMs: 1, sleep });
    } catch (error) {
      thrown = error;
    }
    assertStrictEquals(thrown, failure);
    assertEquals(delays, [1]);
  }
});

Deno.test("retry() asks isWorthRetrying, but not about the last attempt", async () => {
  const { sleep } = sleeper();
  const errors = [new Error("1"), new Error("2"), new Error("3")];
  const asked: unknown[] = [];
  const work = failing(...errors);
  const error = await assertRejects(() =>
    retry(work.attempt, {
      attempts: 3,
      firstDelayMs: 1,
      sleep,
      isWorthRetrying: (error) => asked.push(error) > 0,
    })
  );
  assertStrictEquals(error, errors[2]);
  assertEquals(asked, errors.slice(0, 2));
});

Deno.test("retry() retries an attempt that throws instead of rejecting", async () => {
  const { sleep } = sleeper();
  let attempts = 0;
  const result = await retry(() => {
    if (++attempts === 1) throw new Deno.errors.ConnectionRefused();
    return Promise.resolve(attempts);
  }, { attempts: 2, firstDelayMs: 1, sleep });
  assertEquals(result, 2);
});

for (const jitter of [0.5, 1]) {
  Deno.test(`retry() leaves ${jitter} of each delay to chance`, async () => {
    const { delays, sleep } = sleeper();
    const options = {
      attempts: Infinity,
      firstDelayMs: 100,
      maxDelayMs: 100,
      jitter,
      sleep,
    };
    await retry(failing(...refusals(200)).attempt, options);
    const least = 100 * (1 - jitter);
    assert(delays.every((ms) => ms >= least && ms <= 100), `${delays}`);
    // That 200 random numbers are all in one half is out of the question.
    assert(Math.min(...delays) < (least + 100) / 2);
    assert(Math.max(...delays) > (least + 100) / 2);
  });
}

Deno.test("retry() waits with a timer if you don't pass a sleep function", async () => {
  const work = failing(...refusals(2));
  const started = performance.now();
  const { signal } = new AbortController();
  await retry(work.attempt, { attempts: 3, firstDelayMs: 10, signal });
  // Timers may be a little early by this clock.
  assert(performance.now() - started >= 28);
});

Deno.test("retry() stops in the middle of a delay when the signal is aborted, and leaves no timer", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const work = failing(...refusals(9));
  const error = await assertRejects(() =>
    retry(work.attempt, {
      attempts: 9,
      firstDelayMs: 30_000,
      signal: stop.signal,
      isWorthRetrying() {
        // The delay begins in this same turn of the event loop.
        setTimeout(() => stop.abort(reason), 0);
        return true;
      },
    })
  );
  assertStrictEquals(error, reason);
  assertEquals(work.attempts, 1);
});

Deno.test("retry() doesn't start a delay if an attempt aborts the signal", async () => {
  const stop = new AbortController();
  const error = await assertRejects(() =>
    retry(() => {
      stop.abort(new Error("enough"));
      return Promise.reject(new Deno.errors.ConnectionRefused());
    }, { attempts: 9, firstDelayMs: 30_000, signal: stop.signal }), Error);
  assertEquals(error.message, "enough");
});

Deno.test("retry() makes no attempt when the signal is aborted, before or in a sleep that ignores it", async () => {
  const work = failing(...refusals(9));
  const options = { attempts: 9, firstDelayMs: 1 };
  await assertRejects(
    () => retry(work.attempt, { ...options, signal: AbortSignal.abort() }),
    DOMException,
  );
  assertEquals(work.attempts, 0);

  const stop = new AbortController();
  const { signal } = stop;
  const sleep = () => Promise.resolve(stop.abort());
  await assertRejects(
    () => retry(work.attempt, { ...options, signal, sleep }),
    DOMException,
  );
  assertEquals(work.attempts, 1);
});

Deno.test("retry() removes its listeners from the signal afterward", async () => {
  const watched = watchedSignal();
  const work = failing(...refusals(3));
  const { signal } = watched;
  await retry(work.attempt, { attempts: 4, firstDelayMs: 0, signal });
  assertEquals(watched.listeners, 0);
});

Deno.test("retry() connects to a server that starts a little later", async () => {
  const port = quietPort();
  let late: Deno.Listener | undefined;
  let delays = 0;
  using conn = await retry(() => connectTcp(port), {
    attempts: 3,
    firstDelayMs: 1,
    sleep() {
      if (++delays === 2) late = listenTcp(port);
      return Promise.resolve();
    },
  });
  assertEquals(conn.remoteAddr.port, port);
  assertEquals(delays, 2);
  late?.close();
});

const BAD: [Partial<RetryOptions>, string][] = [
  [{ attempts: 0 }, "attempts 0 is not an integer >= 1"],
  [{ attempts: 1.5 }, "attempts 1.5 is not an integer >= 1"],
  [{ attempts: NaN }, "attempts NaN is not an integer >= 1"],
  [{ firstDelayMs: -1 }, "firstDelayMs -1 is not >= 0"],
  [{ firstDelayMs: NaN }, "firstDelayMs NaN is not >= 0"],
  [{ maxDelayMs: Infinity }, "maxDelayMs Infinity is not in 0 to 2147483647"],
  [{ jitter: 1.1 }, "jitter 1.1 is not in 0 to 1"],
  [{ jitter: NaN }, "jitter NaN is not in 0 to 1"],
];
for (const [bad, message] of BAD) {
  Deno.test(`retry() rejects with RangeError: ${message}`, async () => {
    const work = failing();
    const error = await assertRejects(
      () => retry(work.attempt, { attempts: 2, firstDelayMs: 1, ...bad }),
      RangeError,
    );
    assertEquals(error.message, `Cannot retry: ${message}`);
    assertEquals(work.attempts, 0);
  });
}
