/** What both checks of lesson 13 need. */
import { bindUdp } from "../../../lib/net/mod.ts";
import type { Trial, Wait } from "../../../lib/workbook/kit/mod.ts";

/** The longest message that fits into a datagram over IPv4, in bytes. */
export const MAX_BYTES = 65_507;

/** Headings of the README. */
export const READ = {
  datagrams: "A letter, not a phone call",
  whole: "Whole messages",
  length: "How long a message may be",
  buffer: "A short buffer cuts",
  strangers: "Anybody can write to you",
  silence: "No word if it is lost",
} as const;

/**
 * Finds how many bytes the longest message has that this system sends. macOS,
 * for example, sends at most 9216 unless it's configured otherwise.
 */
export async function longestMessage(): Promise<number> {
  for (const size of [MAX_BYTES, 9000]) {
    try {
      using sender = bindUdp();
      using receiver = bindUdp();
      await sender.send(new Uint8Array(size), receiver.addr);
      return size;
    } catch {
      // Try a shorter one.
    }
  }
  return 1400;
}

/** Waits for a call that should throw, and gives its error, if any. */
export async function errorOf(
  trial: Trial,
  call: () => Promise<unknown>,
  wait: Wait,
): Promise<unknown> {
  const calling = (async () => await call())();
  return await trial.waitFor(
    calling.then(() => undefined, (error) => error),
    wait,
  );
}

/** Encodes a text in UTF-8. */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
