/**
 * Lesson 16: TCP's promises on top of UDP.
 *
 * The workbook's reliable stream carries a file over a bad link. The run draws the
 * congestion window and counts the work. For comparison, TCP carries the same file
 * on loopback.
 */
import {
  LossyLink,
  type LossyLinkOptions,
  readToEnd,
  seededRandom,
  writeAll,
} from "../../lib/net/mod.ts";
import {
  connectReliable,
  HEADER_BYTES,
  listenReliable,
  type ReliableEvent,
  type ReliableOptions,
  type ReliableStats,
} from "../../lib/net/reliable/mod.ts";
import type { Narrator } from "../../lib/show/mod.ts";
import { runLesson } from "../../lib/workbook/cli/run_lesson.ts";
import { lessons } from "../mod.ts";

const FILE_BYTES = 300 * 1024;
const SEGMENT_BYTES = 1200;
const SMALL_WINDOW = 8 * 1024;
/** Rows of the chart. */
const ROWS = 14;

/** Runs the demonstration. */
export async function lesson(show: Narrator): Promise<void> {
  const random = seededRandom(16);
  const file = Uint8Array.from(
    { length: FILE_BYTES },
    () => Math.floor(random() * 256),
  );
  const reliable = await badLink(show, file);
  await smallWindow(show, file);
  await compare(show, file, reliable);
}

/** Carries the file over a link that loses, duplicates, and reorders. */
async function badLink(show: Narrator, file: Uint8Array): Promise<Transfer> {
  show.step("A file over a bad link");
  show.say(
    `A client sends a file of ${file.length / 1024} KiB over UDP, through a ` +
      "relay that loses 3% of the datagrams in each direction, duplicates 2%, " +
      "and delays each one by 5 to 8 ms. The sender doesn't know how much the " +
      "link can hold. So it limits how much is in flight (sent, but not " +
      "acknowledged), and keeps testing whether it can raise that limit. The " +
      "limit is called the congestion window.",
  );
  await show.predict(
    "Does the file arrive intact? How large is the window at first, and what " +
      "does a lost segment do to it?",
  );
  const transfer = await carry(file, {
    seed: 16,
    loss: 0.03,
    duplication: 0.02,
    delayMs: 5,
    jitterMs: 3,
  });
  const { stats, lost } = transfer;
  show.bars("congestion window at that time", {
    unit: "KiB",
    series: true,
    bars: windowBars(transfer),
  });
  show.fact("SHA-256", await sameHash(file, transfer.bytes));
  show.fact("bytes", stats.bytesSent);
  show.fact("segments sent", stats.segmentsSent);
  show.fact("lost on the link", `${lost} datagrams, both ways`);
  show.fact("sent again", stats.retransmissions);
  show.fact(
    "why",
    `${stats.fastRetransmits} × three duplicate ACKs, ` +
      `${stats.timeouts} × timeout`,
  );
  show.fact("smoothed round-trip time", `${stats.srttMs?.toFixed(1)} ms`);
  show.fact("timeout at the end", `${stats.rtoMs.toFixed(0)} ms`);
  show.say(
    "The window grows with each acknowledgment, and shrinks when something " +
      "is missing: the sender takes a loss as a sign that the link is full.",
  );
  const enough = Math.ceil(file.length / SEGMENT_BYTES);
  const more = (100 * stats.retransmissions / enough).toFixed(0);
  show.say(
    `The file fills ${enough} segments of ${SEGMENT_BYTES} bytes. ` +
      `${stats.retransmissions} were sent again: ${more}%. Not only a lost ` +
      "segment causes a retransmission: a lost acknowledgment or a segment " +
      "that arrives late can, too.",
  );
  return transfer;
}

/** A receiver with a small buffer limits the sender. */
async function smallWindow(show: Narrator, file: Uint8Array): Promise<void> {
  show.step("A receiver with little room");
  await show.predict(
    `Now the link loses nothing, and the receiver has room for ${SMALL_WINDOW} ` +
      "bytes. How much is in flight at most?",
  );
  const part = file.subarray(0, 64 * 1024);
  const { events } = await carry(part, { delayMs: 2 }, {
    receiveBytes: SMALL_WINDOW,
  });
  const most = Math.max(...events.map(({ stats }) => stats.inFlight));
  const widest = Math.max(...events.map(({ stats }) => stats.cwnd));
  show.fact("most in flight", `${most} bytes`);
  show.fact("congestion window", `up to ${widest} bytes`);
  show.say(
    "The smaller of the two windows counts. The congestion window protects " +
      "the network, and the receive window protects the receiver.",
  );
}

/** Carries the same file by TCP. */
async function compare(
  show: Narrator,
  file: Uint8Array,
  bad: Transfer,
): Promise<void> {
  show.step("The same file by TCP on loopback");
  await show.predict(
    '"UDP is faster than TCP." Which of these is the fastest: the reliable ' +
      "stream over the bad link, the same without the link, or TCP?",
  );
  const good = await carry(file);
  const tcp = await carryByTcp(file);
  show.fact("SHA-256, by TCP", await sameHash(file, tcp.bytes));
  const rate = ({ ms }: { ms: number }) => file.length / 2 ** 20 / (ms / 1000);
  show.bars(
    "goodput: how much of the file arrives per second, without retransmissions",
    {
      unit: "MiB/s",
      bars: [
        { name: "over UDP, bad link", value: rate(bad) },
        { name: "over UDP, no link", value: rate(good) },
        { name: "TCP on loopback", value: rate(tcp) },
      ],
    },
  );
  show.fact(
    "UDP without the link, compared with TCP",
    `${(100 * tcp.ms / good.ms).toFixed(1)}% of its goodput`,
  );
  show.say(
    `The same code took ${bad.ms.toFixed(0)} ms over the bad link, and ` +
      `${good.ms.toFixed(0)} ms without it: the difference is waiting, and ` +
      `the relay. For every ${SEGMENT_BYTES} bytes, this code adds a header of ` +
      `${HEADER_BYTES} bytes and makes a system call, and it handles every ` +
      "acknowledgment itself. UDP does less than TCP: to make it reliable, a program does work that " +
      "the kernel does for TCP.",
  );
}

/** The result of carrying a file. */
interface Transfer {
  bytes: Uint8Array;
  ms: number;
  /** The sender's statistics at the end. */
  stats: ReliableStats;
  /** The sender's events. */
  events: ReliableEvent[];
  /** How many datagrams the link lost, both ways. */
  lost: number;
}

/** Carries bytes by a reliable stream, through a link if `faults` are given. */
async function carry(
  file: Uint8Array,
  faults?: LossyLinkOptions,
  receiver: ReliableOptions = {},
): Promise<Transfer> {
  const options = {
    segmentBytes: SEGMENT_BYTES,
    minRtoMs: 50,
    initialRtoMs: 200,
    timeWaitMs: 100,
  };
  const events: ReliableEvent[] = [];
  await using listener = listenReliable(0, { ...options, ...receiver });
  using link = faults && new LossyLink(listener.addr, faults);
  const accepting = listener.accept();
  const conn = await connectReliable(link?.addr ?? listener.addr, {
    ...options,
    onEvent: (event) => events.push(event),
  });
  await using client = conn;
  await using server = await accepting;
  const startedAt = performance.now();
  const sending = writeAll(client, file).then(() => client.closeWrite());
  const bytes = await readToEnd(server);
  const ms = performance.now() - startedAt;
  await sending;
  const stats = client.stats;
  client.close();
  server.close();
  // Closing needs the link, too.
  await Promise.all([client.done, server.done]);
  const lost = link ? link.there.lost + link.back.lost : 0;
  return { bytes, ms, stats, events, lost };
}

/** Carries bytes by TCP. */
async function carryByTcp(
  file: Uint8Array,
): Promise<{ bytes: Uint8Array; ms: number }> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  const { hostname, port } = listener.addr as Deno.NetAddr;
  using client = await Deno.connect({ hostname, port });
  using server = await accepting;
  const startedAt = performance.now();
  const sending = writeAll(client, file).then(() => client.closeWrite());
  const bytes = await readToEnd(server);
  const ms = performance.now() - startedAt;
  await sending;
  return { bytes, ms };
}

/** The congestion window at equal intervals. */
function windowBars({ events, ms }: Transfer) {
  const start = events.find(({ segment }) => segment?.length)?.atMs ?? 0;
  let again = 0;
  return Array.from({ length: ROWS }, (_, i) => {
    const until = start + (i + 1) * ms / ROWS;
    const { stats } = events.findLast(({ atMs }) => atMs <= until) ?? events[0];
    const more = stats.retransmissions - again;
    again = stats.retransmissions;
    const name = `${(until - start).toFixed(0).padStart(4)} ms` +
      (more > 0 ? `, ${more} sent again` : "");
    return { name, value: stats.cwnd / 1024 };
  });
}

async function sameHash(sent: Uint8Array, came: Uint8Array): Promise<string> {
  const [one, other] = await Promise.all([sent, came].map(hash));
  return one === other
    ? `the same at both ends, ${one.slice(0, 16)}…`
    : "differs";
}

async function hash(bytes: Uint8Array): Promise<string> {
  const copy = Uint8Array.from(bytes);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", copy)).toHex();
}

if (import.meta.main) {
  await runLesson({ lessons, url: import.meta.url, lesson });
}
