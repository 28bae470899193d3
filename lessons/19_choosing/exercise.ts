/**
 * Your answers to lesson 19. Commands: `deno task check 19`, `deno task watch`.
 *
 * Replace each `export const … = todo(…);` with your code. Keep the numbered
 * lines: `deno task reset 19.1` looks for them.
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
 * its answer, which has up to 60000 bytes. It sends from a socket of its own at
 * the path `${server}.me`, the return address.
 *
 * - Ignore messages from any other sender; they don't extend the time either.
 * - If all of it, sending included, takes longer than `timeoutMs` milliseconds,
 *   throw `Deno.errors.TimedOut`.
 * - If no server is there, send() throws: let the caller have that error
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
 * 2. On the same machine, messages must stay whole or there are many receivers:
 *    `"unixpacket"`.
 * 3. On the same machine: `"unix"`.
 * 4. There are many receivers, and not every byte matters: `"udp"`.
 * 5. Otherwise: `"tcp"`.
 */
export const choose: (need: Need) => Choice = todo("19.2 choose");
