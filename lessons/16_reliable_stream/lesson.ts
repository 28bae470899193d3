/**
 * Lesson 16: TCP's promises on top of UDP.
 *
 * A file goes over a bad link, by the workbook's own reliable stream; the window
 * is drawn as it moves, and the work is counted. TCP carries the same file on
 * loopback, to compare.
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

/** The file, over a link that loses, repeats and mixes up. */
async function badLink(show: Narrator, file: Uint8Array): Promise<Transfer> {
  show.step("A file over a bad link");
  show.say(
    `A file of ${file.length / 1024} KiB goes by UDP, through a relay that ` +
      "loses 3 % of the datagrams in either direction, sends 2 % twice, and " +
      "holds each back for 5 ms and up to 3 more. How much the link holds, " +
      "the sender does not know. So it sets itself a limit for what is under " +
      "way, sent and not acknowledged, and tries whether more will do. That " +
      "limit is the congestion window.",
  );
  await show.predict(
    "Does the file arrive whole? How does the window begin, and what does a " +
      "lost segment do to it?",
  );
  const transfer = await carry(file, {
    seed: 16,
    loss: 0.03,
    duplication: 0.02,
    delayMs: 5,
    jitterMs: 3,
  });
  const { stats, lost } = transfer;
  show.bars("congestion window, at that time", {
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
      `${stats.timeouts} × time-out`,
  );
  show.fact("round trip, smoothed", `${stats.srttMs?.toFixed(1)} ms`);
  show.fact("time-out at the end", `${stats.rtoMs.toFixed(0)} ms`);
  show.say(
    "The window grows as acknowledgments come, and is cut when something is " +
      "missing: loss is taken for a sign that the link is full. (Behind each " +
      "bar stands its value, and how many times the smallest one that is.)",
  );
  const enough = Math.ceil(file.length / SEGMENT_BYTES);
  const more = (100 * stats.retransmissions / enough).toFixed(0);
  show.say(
    `${enough} segments of ${SEGMENT_BYTES} bytes hold the file. ` +
      `${stats.retransmissions} went again, ${more} % of that. Not only a lost ` +
      "segment costs one: a lost acknowledgment or a segment that was " +
      "overtaken can, too.",
  );
  return transfer;
}

/** The receiver's room holds the sender back. */
async function smallWindow(show: Narrator, file: Uint8Array): Promise<void> {
  show.step("A receiver with little room");
  await show.predict(
    `Now the link loses nothing, and the receiver has room for ${SMALL_WINDOW} ` +
      "bytes. How much is under way at most?",
  );
  const part = file.subarray(0, 64 * 1024);
  const { events } = await carry(part, { delayMs: 2 }, {
    receiveBytes: SMALL_WINDOW,
  });
  const most = Math.max(...events.map(({ stats }) => stats.inFlight));
  const widest = Math.max(...events.map(({ stats }) => stats.cwnd));
  show.fact("most under way", `${most} bytes`);
  show.fact("congestion window", `up to ${widest} bytes`);
  show.say(
    "The smaller of the two windows counts: one protects the link, the other " +
      "the receiver.",
  );
}

/** TCP, in the same run. */
async function compare(
  show: Narrator,
  file: Uint8Array,
  bad: Transfer,
): Promise<void> {
  show.step("The same file by TCP on loopback");
  await show.predict(
    '"UDP is faster than TCP." Which of these is the quickest: the reliable ' +
      "stream over the bad link, over a good one, or TCP?",
  );
  const good = await carry(file);
  const tcp = await carryByTcp(file);
  show.fact("SHA-256, by TCP", await sameHash(file, tcp.bytes));
  const rate = ({ ms }: { ms: number }) => file.length / 2 ** 20 / (ms / 1000);
  show.bars(
    "goodput: how much of the file came in a second, repeats not counted",
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
    "no link, compared with TCP",
    `${(100 * tcp.ms / good.ms).toFixed(1)} % of its goodput`,
  );
  show.say(
    `Over the bad link the same code took ${
      bad.ms.toFixed(0)
    } ms, without it ` +
      `${good.ms.toFixed(0)} ms: the difference is waiting, and the relay. ` +
      `It makes a call to the system for each ${SEGMENT_BYTES} bytes, with ` +
      `${HEADER_BYTES} of header, and handles each acknowledgment itself. UDP ` +
      "does less than TCP; what a program adds to make it reliable is work " +
      "that the system does for TCP.",
  );
}

/** What carrying a file came to. */
interface Transfer {
  bytes: Uint8Array;
  ms: number;
  /** The sender's, at the end. */
  stats: ReliableStats;
  /** The sender's. */
  events: ReliableEvent[];
  /** Datagrams, both ways. */
  lost: number;
}

/** Carries bytes by a reliable stream, through a link if there is one. */
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
  // The end needs the link, too.
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

/** The congestion window at equal distances in time. */
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
