import { assert, assertEquals, assertThrows } from "@std/assert";
import { bindUdp } from "../../lib/net/udp.ts";
import { fateOf } from "../../lib/net/lossy_fate.ts";
import {
  type LinkCounts,
  LossyLink,
  type LossyLinkOptions,
} from "../../lib/net/lossy_link.ts";

/** What arrives of messages 0 to `count` - 1, and what the link says it did. */
async function through(
  options: LossyLinkOptions,
  count: number,
): Promise<{ arrived: number[]; counts: LinkCounts }> {
  using server = bindUdp();
  using link = new LossyLink(server.addr, options);
  using client = bindUdp();
  const arrived: number[] = [];
  const { there } = link;
  for (let n = 0; n < count; n++) {
    await client.send(new Uint8Array([n >> 8, n]), link.addr);
    // Not faster than the link takes them, or the system would lose some too.
    while (there.received <= n) await turn();
    while (arrived.length < there.delivered) arrived.push(await receive());
  }
  while (arrived.length < leaving(there)) arrived.push(await receive());
  return { arrived, counts: { ...there } };

  async function receive(): Promise<number> {
    const { bytes } = await server.receive({ timeoutMs: 5000 });
    return bytes[0] << 8 | bytes[1];
  }
}

/** How many go out in the end. */
function leaving({ received, duplicated, lost, cut, overflowed }: LinkCounts) {
  return received + duplicated - lost - cut - overflowed;
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const upTo = (count: number) => [...Array(count).keys()];

Deno.test("LossyLink without faults forwards everything in both directions, in order", async () => {
  using server = bindUdp();
  using link = new LossyLink(server.addr);
  using client = bindUdp();
  for (const n of upTo(20)) {
    await client.send(new Uint8Array([n]), link.addr);
    const { bytes, from } = await server.receive({ timeoutMs: 5000 });
    assertEquals(bytes, new Uint8Array([n]));
    await server.send(new Uint8Array([n, n]), from);
    const answer = await client.receive({ timeoutMs: 5000, from: link.addr });
    assertEquals(answer.bytes, new Uint8Array([n, n]));
  }
  assertEquals(link.there.delivered, 20);
  assertEquals(link.back.delivered, 20);
});

Deno.test("LossyLink forwards messages of every size", async () => {
  using server = bindUdp();
  using link = new LossyLink(server.addr);
  using client = bindUdp();
  for (const size of [0, 1, 65_507]) {
    await client.send(new Uint8Array(size), link.addr);
    assertEquals((await server.receive()).bytes.length, size);
  }
});

Deno.test("LossyLink loses, duplicates, and reorders exactly as its seed says", async () => {
  const faults = { loss: 0.2, duplication: 0.2, reordering: 0.2 };
  const once = await through({ ...faults, seed: 3, holdMs: 20 }, 100);
  const twice = await through({ ...faults, seed: 3, holdMs: 20 }, 100);
  const { lost, duplicated, reordered } = once.counts;
  assertEquals(twice.counts, once.counts);
  const fates = upTo(100).map((n) => fateOf(3, 0, n, faults));
  assertEquals(lost, fates.filter((fate) => fate.isLost).length);
  const kept = fates.filter((fate) => !fate.isLost);
  assertEquals(duplicated, kept.filter((fate) => fate.isDuplicated).length);
  assertEquals(reordered, kept.filter((fate) => fate.overtakers > 0).length);
  const expected = upTo(100).filter((n) => !fates[n].isLost).flatMap((n) =>
    fates[n].isDuplicated ? [n, n] : [n]
  );
  assertEquals(once.arrived.toSorted((a, b) => a - b), expected);
  assert(once.arrived.some((n, at) => n < once.arrived[at - 1]));
});

Deno.test("LossyLink reorders the same datagrams for the same seed", async () => {
  const faults = { reordering: 0.3, holdMs: 60_000 };
  // At the end one may still be held back; without it the order is certain.
  const run = async () => {
    using server = bindUdp();
    using link = new LossyLink(server.addr, { ...faults, seed: 8 });
    using client = bindUdp();
    const order: number[] = [];
    for (const n of upTo(60)) {
      await client.send(new Uint8Array([n]), link.addr);
      while (link.there.received <= n) await turn();
      while (order.length < link.there.delivered) {
        order.push((await server.receive()).bytes[0]);
      }
    }
    return order;
  };
  const first = await run();
  assertEquals(await run(), first);
  assert(first.length > 50);
  assert(first.some((n, at) => n < first[at - 1]));
});

Deno.test("fateOf() loses the right share, and other datagrams for another seed", () => {
  const faults = { loss: 0.2, duplication: 0.1, reordering: 0.5 };
  const fates = upTo(10_000).map((n) => fateOf(1, 0, n, faults));
  const share = (is: (fate: (typeof fates)[0]) => boolean) =>
    fates.filter(is).length / fates.length;
  const near = (value: number, wanted: number) =>
    assert(Math.abs(value - wanted) < 0.02, `${value} is not about ${wanted}`);
  near(share((fate) => fate.isLost), 0.2);
  near(share((fate) => fate.isDuplicated), 0.1);
  near(share((fate) => fate.overtakers > 0), 0.5);
  near(share((fate) => fate.overtakers === 3), 0.5 / 3);
  // Neither another seed nor the other direction has the same fates.
  for (const [seed, lane] of [[2, 0], [1, 1]]) {
    const same = upTo(10_000).filter((n) =>
      fateOf(seed, lane, n, faults).isLost === fates[n].isLost
    );
    near(same.length / 10_000, 0.8 * 0.8 + 0.2 * 0.2);
  }
});

Deno.test("fateOf() doesn't change the other faults if one is turned off", () => {
  for (const n of upTo(200)) {
    const all = fateOf(4, 1, n, { loss: 0.5, duplication: 0.5 });
    const one = fateOf(4, 1, n, { duplication: 0.5 });
    assertEquals(one, { ...all, isLost: false });
  }
});

Deno.test("LossyLink can have faults in one direction only", async () => {
  using server = bindUdp();
  using link = new LossyLink(server.addr, { loss: 1, back: { loss: 0 } });
  using client = bindUdp();
  await client.send(new Uint8Array([1]), link.addr);
  while (link.there.received < 1) await turn();
  assertEquals(link.there.lost, 1);
  // The link knows its client all the same, but not where the server sees it:
  // a client's message that arrives tells that.
  assertEquals(link.back.received, 0);
});

Deno.test("LossyLink delays at least as long as it should", async () => {
  using server = bindUdp();
  using link = new LossyLink(server.addr, { delayMs: 30, jitterMs: 10 });
  using client = bindUdp();
  const start = performance.now();
  for (const n of upTo(5)) await client.send(new Uint8Array([n]), link.addr);
  const arrived = [];
  for (const _ of upTo(5)) arrived.push((await server.receive()).bytes[0]);
  assert(performance.now() - start >= 30);
  assertEquals(arrived.toSorted(), upTo(5));
});

Deno.test("LossyLink doesn't exceed its rate, and drops datagrams that don't fit in its queue", async () => {
  using server = bindUdp();
  // 10 bytes take 10 ms; two of them, with their headers, fit into the queue.
  const width = { bytesPerSecond: 1000, queueBytes: 2 * (10 + 28) };
  using link = new LossyLink(server.addr, width);
  using client = bindUdp();
  const start = performance.now();
  for (const _ of upTo(6)) await client.send(new Uint8Array(10), link.addr);
  await server.receive();
  await server.receive();
  const took = performance.now() - start;
  assert(took >= 20, `20 bytes took ${took} ms`);
  while (link.there.received < 6) await turn();
  assert(link.there.overflowed > 0);
});

Deno.test("LossyLink doesn't deliver anything while it's cut", async () => {
  using server = bindUdp();
  using link = new LossyLink(server.addr, { delayMs: 20 });
  using client = bindUdp();
  // The first one is under way when the cut comes.
  await client.send(new Uint8Array([1]), link.addr);
  while (link.there.received < 1) await turn();
  link.cut();
  await client.send(new Uint8Array([2]), link.addr);
  while (link.there.cut < 2) await turn();
  link.restore();
  await client.send(new Uint8Array([3]), link.addr);
  assertEquals((await server.receive()).bytes[0], 3);
});

Deno.test("LossyLink doesn't pass a stranger's message to the client", async () => {
  using server = bindUdp();
  using stranger = bindUdp();
  using link = new LossyLink(server.addr);
  using client = bindUdp();
  await client.send(new Uint8Array([1]), link.addr);
  const { from } = await server.receive();
  await stranger.send(new Uint8Array([2]), from);
  await server.send(new Uint8Array([3]), from);
  assertEquals((await client.receive()).bytes[0], 3);
  assertEquals(link.back.foreign, 1);
});

Deno.test("LossyLink leaves no timer or socket open when it's closed early", async () => {
  using server = bindUdp();
  using client = bindUdp();
  const link = new LossyLink(server.addr, { delayMs: 60_000 });
  await client.send(new Uint8Array([1]), link.addr);
  while (link.there.received < 1) await turn();
  link.close();
  link.close();
});

Deno.test("LossyLink rejects impossible faults", () => {
  const server = { transport: "udp", hostname: "127.0.0.1", port: 9 } as const;
  for (
    const options of [
      { loss: 1.5 },
      { duplication: -0.1 },
      { reordering: NaN },
      { back: { delayMs: -1 } },
      { there: { bytesPerSecond: 0 } },
    ]
  ) {
    assertThrows(
      () => new LossyLink(server, options),
      RangeError,
      "Cannot make a lossy link: ",
    );
  }
});
