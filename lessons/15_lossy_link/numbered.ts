import { bindUdp, LossyLink } from "../../lib/net/mod.ts";
import type { LossyLinkOptions } from "../../lib/net/mod.ts";
import type { LinkCounts } from "../../lib/net/lossy_link.ts";

/** How long to wait for a datagram that will surely arrive. */
const PATIENCE_MS = 10_000;
/** How long to wait before looking at the link's counts again. */
const LOOK_MS = 20;

/** The numbered datagrams that went through a link. */
export interface Passage {
  /** The numbers that arrived, in order of arrival. */
  arrived: number[];
  /** How long each datagram took, in milliseconds. */
  tookMs: number[];
  /** The link's own counts. */
  link: Readonly<LinkCounts>;
}

/**
 * Sends numbered datagrams through a link, one right after the other, and
 * receives until none is on its way anymore.
 *
 * @param count The number of datagrams, numbered from 0.
 * @param faults The link's faults.
 * @returns The numbers that arrived, and the link's counts.
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

/** Tells whether all datagrams have arrived or were lost. */
function isThrough(
  { received, duplicated, delivered, lost }: LinkCounts,
  sent: number,
  arrived: number,
): boolean {
  return received === sent && delivered === arrived &&
    received + duplicated === delivered + lost;
}

/** A receiver's counts. It learns them from the numbers alone. */
export interface Seen {
  /** Numbers that never arrived. */
  missing: number;
  /** Numbers that arrived again. */
  repeated: number;
  /** Numbers that first arrived after a higher one. */
  late: number;
}

/**
 * Counts what a receiver can learn from the numbers.
 *
 * @param arrived The numbers, in order of arrival.
 * @param count The number of datagrams that were sent.
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
