/**
 * Your answers to lesson 18.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 18
 *
 * Keep the lines with the numbers: `deno task reset 18.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { Choice, Need } from "./types.ts";

// ---- 18.1 askLocal ----------------------------------------------------------

/**
 * Asks the Unix datagram socket at the path `server`, and returns its answer.
 * The question goes out from a socket at the path of the server with `.me`
 * behind it. That path is gone afterwards, whatever happens, and no timer runs
 * on. If the whole takes longer than `timeoutMs`, it throws
 * `Deno.errors.TimedOut`. What others than the server send is not the answer,
 * and gives no more time.
 *
 *     export async function askLocal(
 *       server: string,
 *       question: Uint8Array,
 *       options: { timeoutMs: number },
 *     ): Promise<Uint8Array> {
 *     }
 */
export const askLocal: (
  server: string,
  question: Uint8Array,
  options: { timeoutMs: number },
) => Promise<Uint8Array> = todo("18.1 askLocal");

// ---- 18.2 choose ------------------------------------------------------------

/**
 * Says which kind of socket to take. The first of these that fits decides:
 *
 * 1. latency beats loss, and not every byte matters: "udp"
 * 2. on the same machine, and messages stay whole or there are many receivers:
 *    "unixpacket"
 * 3. on the same machine: "unix"
 * 4. there are many receivers, and not every byte matters: "udp"
 * 5. otherwise: "tcp"
 *
 *     export function choose(need: Need): Choice {
 *     }
 */
export const choose: (need: Need) => Choice = todo("18.2 choose");
