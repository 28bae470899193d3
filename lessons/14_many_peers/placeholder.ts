/**
 * Check your answer to lesson 14: `deno task check 14`, or `deno task watch`.
 *
 * Replace the `todo(…)` below with your code. Keep the numbered heading,
 * because `deno task reset 14.1` needs it. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { OutgoingMessage, RollCallOptions } from "./types.ts";

// ---- 14.1 RollCall ----------------------------------------------------------

/**
 *     export class RollCall {
 *       constructor(options: RollCallOptions) {
 *       }
 *
 *       handle(message: Uint8Array, from: Deno.NetAddr): OutgoingMessage[] {
 *       }
 *
 *       present(): string[] {
 *       }
 *     }
 *
 * Keeps a list of the peers that are present. `handle` takes a message and its
 * sender's address, and returns the messages to send, `{ to, message }`, in any
 * order. `present` returns the names of all present peers, sorted. Don't open a
 * socket: the caller receives and sends.
 *
 * | message       | from           | effect                                     |
 * | ------------- | -------------- | ------------------------------------------ |
 * | `HELLO name`  | anyone         | if free: sender is present, gets `OK name` |
 * | `HELLO name`  | anyone         | if another has it: gets `TAKEN name`       |
 * | `SAY text`    | a present peer | all others present get `name: text`        |
 * | `BYE`         | a present peer | sender is removed, and gets nothing        |
 * | `SAY`, `BYE`  | a stranger     | nothing                                    |
 * | anything else | anyone         | nothing                                    |
 *
 * - Messages are UTF-8. One `\n` at the end of an incoming message doesn't
 *   count (`nc` sends it), and every outgoing message ends with one `\n`.
 * - A name has 1 to 20 characters, each A to Z, a to z, or 0 to 9. `Ann` and
 *   `ann` are different.
 * - A text is everything after the first space: 1 or more characters, but no
 *   `\n`. Pass it on unchanged. You may remove or escape control characters,
 *   because terminals obey them. A byte order mark is an ordinary character.
 * - A peer is its host and its port together.
 * - Another HELLO replaces a peer's name, and frees the old one. If the peer
 *   already has that name, it gets `OK name` again. TAKEN changes nothing.
 * - A peer that hasn't sent a HELLO, SAY, or BYE from the table for `expireMs`
 *   or longer is gone: its name is free, and it's a stranger until it says HELLO
 *   again. A HELLO counts even if it gets TAKEN. What the peer receives doesn't
 *   count.
 * - `now()` returns the time in milliseconds. By default, it's real time.
 */
export const RollCall: new (options: RollCallOptions) => {
  handle(message: Uint8Array, from: Deno.NetAddr): OutgoingMessage[];
  present(): string[];
} = todo("14.1 RollCall");
