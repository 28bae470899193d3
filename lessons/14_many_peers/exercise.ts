/**
 * Lesson 14: check your answer with `deno task check 14` or `deno task watch`.
 *
 * Replace the `todo(…)` with your code. Keep the line with the exercise number:
 * `deno task reset 14.1` looks for it.
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
 * order. `present` returns the names of all present peers, sorted. It opens no
 * socket.
 *
 * | message       | from           | effect                                 |
 * | ------------- | -------------- | -------------------------------------- |
 * | `HELLO name`  | anyone         | present with that name; gets `OK name` |
 * | `HELLO name`  | anyone         | gets `TAKEN name` if another has it    |
 * | `SAY text`    | a present peer | all others present get `name: text`    |
 * | `BYE`         | a present peer | not present anymore; nothing is sent   |
 * | `SAY`, `BYE`  | a stranger     | nothing                                |
 * | anything else | anyone         | nothing                                |
 *
 * - Messages are UTF-8. One `\n` at the end of an incoming message doesn't
 *   count (`nc` sends it), and every outgoing message ends with one `\n`.
 * - A name has 1 to 20 characters, each A to Z, a to z, or 0 to 9. `Ann` and
 *   `ann` are different.
 * - A text is everything after the first space: 1 or more characters, but no
 *   `\n`. Pass it on unchanged; only its control characters, which terminals
 *   obey, may be removed or escaped. A byte order mark is a character like any
 *   other.
 * - A peer is its host and its port together.
 * - Another HELLO replaces a peer's name, and frees the old one. If the name is
 *   its own already, it gets `OK name` again. TAKEN changes nothing.
 * - A peer that has sent no HELLO, SAY, or BYE of the table for `expireMs` or
 *   longer is gone: its name is free, and it's a stranger until its next HELLO.
 *   HELLO counts even if the answer is TAKEN; receiving doesn't count.
 * - `now()` gives the time in milliseconds. By default, it's real time.
 */
export const RollCall: new (options: RollCallOptions) => {
  handle(message: Uint8Array, from: Deno.NetAddr): OutgoingMessage[];
  present(): string[];
} = todo("14.1 RollCall");
