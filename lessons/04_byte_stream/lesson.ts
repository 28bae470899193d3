/**
 * Lesson 4: TCP carries bytes in order, and doesn't keep messages apart.
 *
 * The run writes the same bytes with one call and with several, and counts the
 * reads: their number has nothing to do with the number of writes.
 */
import { readExact, writeAll } from "../../lib/net/mod.ts";
import { type Narrator, printable } from "../../lib/show/mod.ts";
import { connectBoth } from "../../lib/workbook/kit/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { lessons } from "../mod.ts";

/** How many pairs of writes to try. */
const PAIRS = 50;

/** How many requests to time. */
const ROUNDS = 9;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  await twoWritesOneRead(show);
  await fiftyPairs(show);
  await oneWriteManyReads(show);
  await orderIsKept(show);
  await twoWritesOneAnswer(show);
  await endTooEarly(show);
}

/** Shows a server that treats each read as one number. Its sum is wrong. */
async function twoWritesOneRead(show: Narrator): Promise<void> {
  show.step("Two writes, then a read");
  show.say(
    "The server adds up the numbers that a client sends. It treats " +
      "whatever one read() returns as one number. The client calls " +
      "setNoDelay(true), so that TCP sends each write right away.",
  );
  await show.predict(
    'The client writes "10", then "25". Then the server reads. What is the sum?',
  );
  using both = await connectBoth();
  const { client, server } = both;
  show.sockets({ client, server });
  // Each write goes out at once, in its own segment.
  client.setNoDelay(true);
  const lanes = show.lanes("client", "server");
  let sent = 0;
  for (const number of ["10", "25"]) {
    const count = await client.write(new TextEncoder().encode(number));
    lanes.call("client", `write("${number}") took ${count}`);
    sent += count;
  }
  const buffer = new Uint8Array(1024);
  let reads = 0;
  let sum = 0;
  for (let received = 0; received < sent; reads++) {
    const count = await server.read(buffer) ?? 0;
    const data = buffer.subarray(0, count);
    lanes.call("server", `read() returned ${count}: ${printable(data)}`);
    sum += Number(new TextDecoder().decode(data));
    received += count;
  }
  show.fact("writes", 2);
  show.fact("reads", reads);
  show.fact("sum", sum);
  show.say(
    reads === 1
      ? "Nothing was lost and nothing was added: all four bytes arrived, in " +
        "order. But nothing marks where one write ended and the next began."
      : "This time, the server read between the two writes. You can't rely on " +
        "that, as the next step shows.",
  );
}

/** Counts how often the same two writes arrive in one read. */
async function fiftyPairs(show: Narrator): Promise<void> {
  show.step(`The same two writes, ${PAIRS} times`);
  await show.predict(
    "setNoDelay(true) asks TCP to send each write right away. Does that keep " +
      "two writes apart?",
  );
  show.fact("setNoDelay(true)", inOneRead(await countPairs({ noDelay: true })));
  show.fact(
    "setNoDelay(false)",
    inOneRead(await countPairs({ noDelay: false })),
  );
  show.fact(
    "a pause between",
    inOneRead(await countPairs({ noDelay: true, pause: true })),
  );
  show.say(
    "The writes are the same each time. A read returns whatever has arrived " +
      "by then. That depends on options, timers, load, and the network, not on " +
      "where one write ended and the next began.",
  );
}

interface PairsOptions {
  /** Whether the client turns Nagle's algorithm off. */
  noDelay: boolean;
  /** Whether the client pauses between the writes, while the server reads. */
  pause?: boolean;
}

/** Counts the pairs of writes, of {@linkcode PAIRS}, that arrive in one read. */
async function countPairs({ noDelay, pause }: PairsOptions): Promise<number> {
  using both = await connectBoth();
  const { client, server } = both;
  client.setNoDelay(noDelay);
  const [first, second] = ["10", "25"].map((s) => new TextEncoder().encode(s));
  const buffer = new Uint8Array(64);
  async function readsFor(size: number): Promise<number> {
    let reads = 0;
    for (let got = 0; got < size; reads++) {
      got += await server.read(buffer) ?? size;
    }
    return reads;
  }
  let together = 0;
  for (let i = 0; i < PAIRS; i++) {
    const early = pause ? readsFor(4) : undefined;
    await client.write(first);
    if (pause) await new Promise((resolve) => setTimeout(resolve, 1));
    await client.write(second);
    if (await (early ?? readsFor(4)) === 1) together++;
  }
  return together;
}

function inOneRead(pairs: number): string {
  return `${pairs} of ${PAIRS} pairs arrived in one read`;
}

/** Shows one write call, and the sizes of the reads that get all its bytes. */
async function oneWriteManyReads(show: Narrator): Promise<void> {
  const data = new Uint8Array(1024 * 1024);
  show.step("One write, many reads");
  await show.predict(
    "The client writes 1 MiB in one call. The server's buffer has room for 64 " +
      "KiB, and then for 16 MiB. How many reads does it need each time?",
  );
  for (
    const [name, size] of [["64 KiB", 2 ** 16], ["16 MiB", 2 ** 24]] as const
  ) {
    using both = await connectBoth();
    const { client, server } = both;
    const taken = await client.write(data);
    const buffer = new Uint8Array(size);
    const sizes: number[] = [];
    for (let received = 0; received < taken; received += sizes.at(-1)!) {
      sizes.push(await server.read(buffer) ?? taken);
    }
    show.fact(`${name}: writes`, `1, of ${taken} bytes`);
    const first = sizes.slice(0, 5).join(", ");
    const more = sizes.length > 5 ? ", …" : "";
    show.fact(`${name}: reads`, `${sizes.length}, of ${first}${more} bytes`);
  }
  show.say(
    "A read returns whatever has arrived, up to the size of the buffer. So " +
      "neither the writer nor the reader chooses the sizes.",
  );
}

/** Shows that numbers arrive complete and in order. */
async function orderIsKept(show: Narrator): Promise<void> {
  const numbers = Uint32Array.from({ length: 4 * 1024 * 1024 }, (_, i) => i);
  show.step("What TCP does keep");
  show.say(
    `The client sends the numbers from 0 to ${
      numbers.length - 1
    }, four bytes ` +
      "each, with one call of writeAll(), which writes until every byte is " +
      "taken. The server reads them with one call of readExact().",
  );
  using both = await connectBoth();
  const { client, server } = both;
  let writes = 0;
  let reads = 0;
  const counted = {
    write: (data: Uint8Array) => (writes++, client.write(data)),
    read: (buffer: Uint8Array) => (reads++, server.read(buffer)),
  };
  const [received] = await Promise.all([
    readExact(counted, numbers.byteLength),
    writeAll(counted, new Uint8Array(numbers.buffer)),
  ]);
  const out = new Uint32Array(received.buffer).findIndex((n, i) => n !== i);
  show.fact("bytes", received.length);
  show.fact("writes", writes);
  show.fact("reads", reads);
  show.fact("out of place", out === -1 ? "none" : `from number ${out} on`);
  show.say(
    "Every byte, once, in order: that's all that TCP promises. Each side may " +
      "cut the stream up in its own way, and neither sees the other's cuts.",
  );
}

/** Shows Nagle's algorithm and a delayed ACK waiting for each other. */
async function twoWritesOneAnswer(show: Narrator): Promise<void> {
  show.step("A request in two writes, and its answer");
  show.say(
    "The client writes a request of 20 bytes: 10 for its head, and 10 for the " +
      "rest. The server answers once it has all 20. That takes one round trip " +
      "(there and back), so almost no time on loopback.",
  );
  await show.predict(
    "Nagle's algorithm holds back a small segment while an earlier one isn't " +
      "acknowledged. The server's TCP delays an ACK if it has nothing to send. " +
      "What happens if both do?",
  );
  const bars = [
    ["two writes, Nagle's algorithm on", { noDelay: false, writes: 2 }],
    ["two writes, setNoDelay(true)", { noDelay: true, writes: 2 }],
    ["one write", { noDelay: false, writes: 1 }],
  ] as const;
  const measured = await Promise.all(
    bars.map(async ([name, options]) => ({
      name,
      value: await msToAnswer(options),
    })),
  );
  show.bars(`from the first write to the answer, median of ${ROUNDS}`, {
    unit: "ms",
    bars: measured,
  });
  show.say(
    measured[0].value > 10 * measured[1].value
      ? "With two writes, each side waits for the other: the client's TCP for " +
        "an ACK, and the server's for data to send along with it. In the end, " +
        "the server's TCP stops waiting and sends the ACK. Write a message with one " +
        "call, and neither side waits."
      : "This system's TCP acknowledged the first write at once. Others wait: " +
        "Linux for 40 ms, and the RFC allows half a second. Write a message " +
        "with one call, and neither side waits.",
  );
}

/** Measures how long a request of 20 bytes takes: the median, in milliseconds. */
async function msToAnswer(
  { noDelay, writes }: { noDelay: boolean; writes: number },
): Promise<number> {
  using both = await connectBoth();
  const { client, server } = both;
  client.setNoDelay(noDelay);
  const part = new Uint8Array(20 / writes);
  async function serve(): Promise<void> {
    await readExact(server, 20);
    await writeAll(server, new Uint8Array(1));
  }
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const serving = serve();
    const startedAt = performance.now();
    for (let i = 0; i < writes; i++) await writeAll(client, part);
    await readExact(client, 1);
    times.push(performance.now() - startedAt);
    await serving;
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

/** Shows that an agreed size reveals an early end. */
async function endTooEarly(show: Narrator): Promise<void> {
  show.step("Numbers of two bytes, and an early end");
  show.say(
    "To fix the server, both sides agree on a size: each number has two bytes. " +
      "Now the server reads until it has two bytes, however many reads that takes.",
  );
  await show.predict(
    'The client writes "1" and "0253" and closes its write side. What does ' +
      "the server get?",
  );
  using both = await connectBoth();
  const { client, server } = both;
  show.sockets({ client, server });
  const lanes = show.lanes("client", "server");
  for (const piece of ["1", "0253"]) {
    await writeAll(client, new TextEncoder().encode(piece));
    lanes.call("client", `writeAll("${piece}")`);
  }
  await client.closeWrite();
  lanes.call("client", "closeWrite()");
  let sum = 0;
  let failure: unknown;
  while (failure === undefined) {
    try {
      const data = await readExact(server, 2);
      lanes.call("server", `readExact(2) returned ${printable(data)}`);
      sum += Number(new TextDecoder().decode(data));
    } catch (error) {
      failure = error;
      lanes.call("server", `readExact(2) threw ${(error as Error).name}`);
    }
  }
  show.fact("sum", sum);
  show.fact("error", (failure as Error).message);
  show.say(
    "The stream ended in the middle of a number, so the last byte is only half " +
      "of one. Only a reader that knows the size can notice that, and it must " +
      "report it.",
  );
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
