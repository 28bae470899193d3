import { bindUdp, LossyLink } from "../../lib/net/mod.ts";
import type { LossyLinkOptions } from "../../lib/net/mod.ts";
import type { LinkCounts } from "../../lib/net/lossy_link.ts";

/** How long to wait for something that nothing keeps from coming. */
const PATIENCE_MS = 10_000;
/** How long to wait before looking at the link's counts again. */
const LOOK_MS = 20;

/** What became of numbered datagrams that went through a link. */
export interface Passage {
  /** The numbers that came, in the order in which they did. */
  arrived: number[];
  /** How long each was under way, in milliseconds. */
  tookMs: number[];
  /** What the link says that it did. */
  link: Readonly<LinkCounts>;
}

/**
 * Sends numbered datagrams through a link, one after the other without a pause,
 * and receives until nothing is on its way any more.
 *
 * @param count How many: they are numbered from 0.
 * @param faults What the link does.
 * @returns What came, as the receiver saw it, and what the link counted.
 */
export async function passThrough(
  count: number,
  faults: LossyLinkOptions,
): Promise<Passage> {
  using receiver = bindUdp();
  using link = new LossyLink(receiver.addr, faults);
  using sender = bindUdp();
  const sentAt: number[] = [];
  for (let number = 0; number < count; number++) {
    const message = new Uint8Array(4);
    new DataView(message.buffer).setUint32(0, number);
    sentAt.push(performance.now());
    await sender.send(message, link.addr);
  }
  const arrived: number[] = [];
  const tookMs: number[] = [];
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!isThrough(link.there, count, arrived.length)) {
    if (performance.now() > giveUpAt) break;
    try {
      const { bytes } = await receiver.receive({ timeoutMs: LOOK_MS });
      const number = new DataView(bytes.buffer).getUint32(0);
      arrived.push(number);
      tookMs.push(performance.now() - sentAt[number]);
    } catch (error) {
      if (!(error instanceof Deno.errors.TimedOut)) throw error;
    }
  }
  return { arrived, tookMs, link: { ...link.there } };
}

/** Whether nothing is on its way any more. */
function isThrough(
  { received, duplicated, delivered, lost }: LinkCounts,
  sent: number,
  arrived: number,
): boolean {
  return received === sent && delivered === arrived &&
    received + duplicated === delivered + lost;
}

/** What can be seen in numbers alone. */
export interface Seen {
  /** Numbers that never came. */
  missing: number;
  /** Numbers that came once more. */
  repeated: number;
  /** Numbers that came first after a higher one had. */
  late: number;
}

/**
 * Counts what a receiver can tell by the numbers.
 *
 * @param arrived The numbers, in the order in which they came.
 * @param count How many were sent.
 * @returns The counts.
 */
export function look(arrived: number[], count: number): Seen {
  const known = new Set<number>();
  let [repeated, late, highest] = [0, 0, -1];
  for (const number of arrived) {
    if (known.has(number)) repeated++;
    else if (number < highest) late++;
    known.add(number);
    highest = Math.max(highest, number);
  }
  return { missing: count - known.size, repeated, late };
}
