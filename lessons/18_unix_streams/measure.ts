/**
 * Measures the speed of sockets, within a time that you're willing to wait.
 *
 * Both ends are in one process, so a measurement includes the system's part and
 * Deno's. Use it to compare kinds of sockets, not to find out how fast the
 * machine can be.
 */

/** How long a measurement may take, in milliseconds. */
const LIMIT_MS = 250;

/**
 * Measures how long a question and its answer take.
 *
 * @param ask Asks once, and resolves when the answer is there.
 * @returns The median, in microseconds. A pause of the machine changes an
 * average, but hardly a median.
 */
export async function medianMicroseconds(
  ask: () => Promise<unknown>,
): Promise<number> {
  // The first rounds are slow, because V8 is still compiling.
  for (let i = 0; i < 100; i++) await ask();
  const times: number[] = [];
  const limit = performance.now() + LIMIT_MS;
  let before = performance.now();
  do {
    await ask();
    const now = performance.now();
    times.push(now - before);
    before = now;
  } while (before < limit && times.length < 4000);
  return 1000 * times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

/**
 * Measures the throughput of a connection, sending and receiving at the same
 * time.
 *
 * @param send Sends some bytes, and returns how many.
 * @param receive Receives some bytes, and returns how many.
 * @returns Megabytes (10⁶ bytes) received per second.
 */
export async function megabytesPerSecond(
  send: () => Promise<number>,
  receive: () => Promise<number>,
): Promise<number> {
  let sent = 0;
  let received = 0;
  const from = performance.now();
  const limit = from + LIMIT_MS;
  let end = from;
  async function sendOn(): Promise<void> {
    do sent += await send(); while (performance.now() < limit);
  }
  async function receiveOn(): Promise<void> {
    do {
      received += await receive();
      end = performance.now();
    } while (end < limit || received < sent);
  }
  await Promise.all([sendOn(), receiveOn()]);
  return received / 1000 / (end - from);
}
