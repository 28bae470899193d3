import { assert, assertEquals } from "@std/assert";
import { LossyLink, type LossyLinkOptions } from "../../lib/net/lossy_link.ts";
import { seededRandom } from "../../lib/net/random.ts";
import {
  connectReliable,
  listenReliable,
  type ReliableConn,
  type ReliableOptions,
} from "../../lib/net/reliable/mod.ts";
import { writeAll } from "../../lib/net/write.ts";
import { fuzzTurns, sampleOf } from "../sample.ts";

const MIB = 1024 * 1024;

/** Times and sizes that suit a loopback interface and a test. */
const QUICK: ReliableOptions = {
  segmentBytes: 16_000,
  // Half of what a socket of Linux holds: nothing gets lost but by the link.
  receiveBytes: 96_000,
  sendBytes: MIB,
  initialRtoMs: 50,
  minRtoMs: 10,
  maxRtoMs: 100,
  ackDelayMs: 0,
  // The last acknowledgment must get through before this is over.
  timeWaitMs: 600,
  userTimeoutMs: 60_000,
};

/** Bytes that no fault can mix up without being noticed. */
function randomBytes(size: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const block = Uint8Array.from({ length: 4093 }, () => random() * 256);
  const bytes = new Uint8Array(size);
  const numbers = new DataView(bytes.buffer);
  for (let at = 0; at < size; at += block.length) {
    bytes.set(block.subarray(0, Math.min(block.length, size - at)), at);
    // Each block has a number of its own.
    if (at + 4 <= size) numbers.setUint32(at, at);
  }
  return bytes;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

async function send(conn: ReliableConn, bytes: Uint8Array): Promise<void> {
  await writeAll(conn, bytes);
  await conn.closeWrite();
}

async function receive(
  conn: ReliableConn,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size + 1);
  let filled = 0;
  while (true) {
    const count = await conn.read(bytes.subarray(filled));
    if (count === null) return bytes.subarray(0, filled);
    filled += count;
  }
}

interface Transfer {
  size: number;
  link: LossyLinkOptions;
  options?: ReliableOptions;
  /** Called when all has begun. */
  meanwhile?: (link: LossyLink) => Promise<void>;
}

/** Sends that much both ways at once, through a link, and closes both ends. */
async function transfer(
  { size, link: faults, options, meanwhile }: Transfer,
): Promise<LossyLink> {
  const all = { ...QUICK, ...options };
  const listener = listenReliable(0, all);
  using link = new LossyLink(listener.addr, faults);
  const [client, server] = await Promise.all([
    connectReliable(link.addr, all),
    listener.accept(),
  ]);
  const { seed = 1 } = faults;
  const [question, answer] = [1, 2].map((n) => randomBytes(size, n + seed));
  const [, , asked, answered] = await Promise.all([
    send(client, question),
    send(server, answer),
    receive(server, size),
    receive(client, size),
    meanwhile?.(link),
  ]);
  assertEquals(await digest(asked), await digest(question));
  assertEquals(await digest(answered), await digest(answer));
  client.close();
  server.close();
  listener.close();
  await Promise.all([client.done, server.done, listener.done]);
  for (const { bytesReceived } of [client.stats, server.stats]) {
    assertEquals(bytesReceived, size);
  }
  return link;
}

const FAULTS: Record<string, LossyLinkOptions> = {
  "no loss": {},
  "1 % loss": { loss: 0.01 },
  "5 % loss": { loss: 0.05 },
  "20 % loss": { loss: 0.2 },
  "10 % duplication": { duplication: 0.1 },
  "heavy reordering": { reordering: 0.4, overtakers: 5 },
  "loss, duplication, reordering and jitter together": {
    loss: 0.05,
    duplication: 0.1,
    reordering: 0.2,
    jitterMs: 2,
  },
};

for (const [name, link] of sampleOf(Object.entries(FAULTS))) {
  Deno.test(`a reliable stream carries 16 MiB both ways at once through ${name}`, async () => {
    const { there, back } = await transfer({ size: 16 * MIB, link });
    if (link.loss) assert(there.lost > 0 && back.lost > 0);
    if (link.duplication) assert(there.duplicated > 0 && back.duplicated > 0);
    if (link.reordering) assert(there.reordered > 0 && back.reordered > 0);
  });
}

Deno.test("a reliable stream carries 16 MiB in both directions at once, across the wrap", async () => {
  const options = { initialSequence: 2 ** 32 - 1000 };
  await transfer({ size: 16 * MIB, link: { loss: 0.01 }, options });
});

Deno.test("a reliable stream carries 16 MiB in both directions at once, despite a cut of 2 seconds", async () => {
  const { there } = await transfer({
    size: 16 * MIB,
    link: {},
    async meanwhile(link) {
      while (link.there.received < 100) await sleep(1);
      link.cut();
      // This is no waiting for something: the length of the cut is the test.
      await sleep(2000);
      link.restore();
    },
  });
  assert(there.cut > 0);
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("a reliable stream carries small amounts despite any faults, for many seeds", async () => {
  const seeds = Array.from({ length: fuzzTurns(200) }, (_, n) => n + 1);
  // Several at a time: they mostly wait.
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let seed = seeds.shift(); seed; seed = seeds.shift()) {
      const random = seededRandom(seed);
      const upTo = (max: number) => random() * max;
      const segmentBytes = 20 + Math.floor(upTo(1400));
      const link = {
        seed,
        loss: upTo(0.15),
        duplication: upTo(0.3),
        reordering: upTo(0.3),
        jitterMs: upTo(2),
        holdMs: 2,
      };
      const options = {
        segmentBytes,
        receiveBytes: Math.ceil(segmentBytes / 2 + upTo(20 * segmentBytes)),
        sendBytes: 1 + Math.floor(upTo(40_000)),
        initialSequence: (2 ** 32 - Math.floor(upTo(2000))) >>> 0,
        maxRtoMs: 40,
        timeWaitMs: 400,
      };
      const size = Math.floor(upTo(40 * segmentBytes));
      try {
        await transfer({ size, link, options });
      } catch (cause) {
        const text = JSON.stringify({ seed, size, link, options });
        throw new Error(`seed ${seed}: ${text}`, { cause });
      }
    }
  }));
});
