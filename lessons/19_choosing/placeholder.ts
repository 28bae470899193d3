/**
 * Check your answers to lesson 19: `deno task check 19`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 19.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { AskLocal, Choice, Need } from "./types.ts";

// ---- 19.1 askLocal ----------------------------------------------------------

/**
 *     export async function askLocal(
 *       server: string,
 *       question: Uint8Array,
 *       options: { timeoutMs: number },
 *     ): Promise<Uint8Array> {
 *     }
 *
 * Sends `question` to the Unix datagram socket at the path `server`, and returns
 * its answer, which has up to 60000 bytes. Send from your own socket at the path
 * `${server}.me`, so that the server can answer.
 *
 * - Ignore messages from any other sender. They don't extend the time either.
 * - If sending and receiving together take longer than `timeoutMs` milliseconds,
 *   throw `Deno.errors.TimedOut`.
 * - If there's no server, `send()` throws. Let your caller have that error
 *   unchanged.
 * - However the call ends, your socket is closed afterward, `${server}.me` is gone,
 *   the server's path is still there, and no timer is running.
 * - It's called again and again, but never twice at once.
 */
export const askLocal: AskLocal = todo("19.1 askLocal");

// ---- 19.2 choose ------------------------------------------------------------

/**
 *     export function choose(need: Need): Choice {
 *     }
 *
 * Says which kind of socket to use. `types.ts` explains each property of `Need`,
 * and lists the values of `Choice`. The first rule that applies decides:
 *
 * 1. Latency beats loss, and not every byte matters: `"udp"`.
 * 2. On the same machine, if messages must stay whole or there are many
 *    receivers:
 *    `"unixpacket"`.
 * 3. On the same machine: `"unix"`.
 * 4. There are many receivers, and not every byte matters: `"udp"`.
 * 5. Otherwise: `"tcp"`.
 */
export const choose: (need: Need) => Choice = todo("19.2 choose");
