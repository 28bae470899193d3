/**
 * How fast the reliable stream is, compared with TCP and with QUIC on the same
 * machine at the same time.
 *
 * Both ends are in this process, for both. Goodput is what the receiver gets, per
 * second: headers and what is sent again do not count.
 *
 * @module
 */
import { connectTcp } from "../../lib/net/connect.ts";
import { listenTcp } from "../../lib/net/listen.ts";
import { LossyLink } from "../../lib/net/lossy_link.ts";
import {
  connectReliable,
  listenReliable,
  type ReliableOptions,
} from "../../lib/net/reliable/mod.ts";
import { writeAll } from "../../lib/net/write.ts";
import { bindUdp } from "../../lib/net/udp.ts";
import type { Bench } from "./bench.ts";
import type { Contender } from "./contest.ts";
import { makeCertificate, sendOverQuic, whyNoQuic } from "./quic.ts";

const MIB = 1024 * 1024;
const CHUNK = new Uint8Array(256 * 1024);

/** Sends that many bytes from one to the other. Gives bytes in a second. */
async function goodput(
  from: Deno.Conn,
  to: Deno.Conn,
  size: number,
): Promise<number> {
  const start = performance.now();
  const sent = (async () => {
    for (let left = size; left > 0; left -= CHUNK.length) {
      await writeAll(from, CHUNK.subarray(0, Math.min(left, CHUNK.length)));
    }
    await from.closeWrite();
  })();
  const buffer = new Uint8Array(CHUNK.length);
  let received = 0;
  for (
    let count = await to.read(buffer);
    count !== null;
    count = await to.read(buffer)
  ) received += count;
  await sent;
  return 1000 * received / (performance.now() - start);
}

async function overTcp(size: number): Promise<number> {
  using listener = listenTcp();
  using client = await connectTcp(listener.addr.port);
  using server = await listener.accept();
  return await goodput(client, server, size);
}

async function overReliable(
  size: number,
  options: ReliableOptions,
  loss?: number,
): Promise<number> {
  await using listener = listenReliable(0, options);
  using link = loss === undefined
    ? undefined
    : new LossyLink(listener.addr, { loss });
  const to = link?.addr ?? listener.addr;
  const client = await connectReliable(to, options);
  const server = await listener.accept();
  const result = await goodput(client, server, size);
  server.close();
  client.close();
  await Promise.all([client.done, server.done]);
  return result;
}

/**
 * Large segments, since each costs about the same whatever its size; and no more
 * under way than a socket of Linux holds.
 */
const LARGE: ReliableOptions = {
  segmentBytes: 65_491,
  receiveBytes: 3 * 65_491,
  sendBytes: MIB,
  minRtoMs: 30,
  ackDelayMs: 5,
  timeWaitMs: 20,
};

/** Enough of them under way that three can follow a lost one. */
const MEDIUM: ReliableOptions = {
  ...LARGE,
  segmentBytes: 16_000,
  receiveBytes: 12 * 16_000,
};

/** What fits into one frame of Ethernet. */
const SMALL: ReliableOptions = {
  ...LARGE,
  segmentBytes: 1400,
  receiveBytes: 80 * 1400,
};

/** Each has about as much to do in MiB as it can in half a second. */
const KINDS: [
  name: string,
  mib: number,
  run: (size: number) => Promise<number>,
][] = [
  ["TCP", 256, overTcp],
  ["65491-byte segments", 128, (size) => overReliable(size, LARGE)],
  ["16000-byte segments", 128, (size) => overReliable(size, MEDIUM)],
  ["1400-byte segments", 32, (size) => overReliable(size, SMALL)],
  ["16000, through the link", 64, (size) => overReliable(size, MEDIUM, 0)],
  ["16000, 1 % lost", 64, (size) => overReliable(size, MEDIUM, 0.01)],
  ["1400, 1 % lost", 8, (size) => overReliable(size, SMALL, 0.01)],
];

const LIMITS =
  "What limits small segments: each one costs a call of Deno's to send it and " +
  "one to receive it, and so does an acknowledgment. Datagrams with no protocol " +
  "at all are the bound. QUIC is in Rust, gives the kernel many datagrams with " +
  "one system call, and encrypts all of them.";

/** How many datagrams are sent before one comes back. */
const BURST = 32;

/** Sends datagrams of the same size with no protocol, but for a brake. */
async function overDatagrams(size: number): Promise<number> {
  using receiver = bindUdp();
  using sender = bindUdp();
  const segment = new Uint8Array(SMALL.segmentBytes!);
  const bursts = Math.ceil(size / segment.length / BURST);
  const receiving = (async () => {
    for (let count = 1; count <= bursts * BURST; count++) {
      await receiver.receive();
      if (count % BURST === 0) {
        await receiver.send(segment.subarray(0, 20), sender.addr);
      }
    }
  })();
  for (let i = 0; i < bursts; i++) {
    for (let j = 0; j < BURST; j++) await sender.send(segment, receiver.addr);
    await sender.receive();
  }
  await receiving;
  return bursts * BURST * segment.length;
}

/** Compares streams over datagrams that fit into a frame of Ethernet. */
async function compareWithQuic(bench: Bench, share: number): Promise<void> {
  const whyNot = whyNoQuic();
  if (whyNot !== undefined) return bench.note(`No QUIC: ${whyNot}.`);
  const certified = await makeCertificate();
  const size = 32 * MIB * share;
  const contender = (
    name: string,
    send: () => Promise<unknown>,
  ): Contender => ({
    name,
    run: () =>
      bench.rateOf(Deno.pid, async () => {
        const startMs = performance.now();
        await send();
        return { answers: size / MIB, ms: performance.now() - startMs };
      }),
  });
  await bench.compete({
    title: "goodput in datagrams that fit into a frame of Ethernet",
    unit: "MiB/s",
    contenders: [
      contender("QUIC in Deno", () => sendOverQuic(certified, size, CHUNK)),
      contender("the reliable stream", () => overReliable(size, SMALL)),
      contender("datagrams, no protocol", () => overDatagrams(size)),
    ],
  }, Math.min(bench.effort.rounds, 7));
  bench.note(LIMITS);
}

/** Compares TCP with the reliable stream, of several sizes and over losses. */
export default async function (bench: Bench): Promise<void> {
  const share = bench.quick ? 1 / 32 : 1;
  await bench.compete({
    title: "goodput of the reliable stream, next to TCP",
    unit: "MiB/s",
    contenders: KINDS.map(([name, mib, run]) => ({
      name,
      run: () =>
        bench.rateOf(Deno.pid, async () => {
          const answers = mib * share;
          return {
            answers,
            ms: 1000 * answers * MIB / await run(answers * MIB),
          };
        }),
    })),
  }, Math.min(bench.effort.rounds, 5));
  await compareWithQuic(bench, share);
}
