/**
 * Your answer to lesson 14.
 *
 * Put your code in the place of the line with `todo(…)`, save, and run
 *
 *     deno task check 14
 *
 * Keep the line with the number: `deno task reset 14.1` goes by it.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { RollCallClass } from "./types.ts";

// ---- 14.1 RollCall ----------------------------------------------------------

/**
 * Keeps a list of those who are present, by what they send. It opens no socket:
 * `handle` takes a message and its sender's address, and returns the messages
 * that go out for it, in any order, or `[]`.
 *
 * | message      | from        | what happens                                |
 * | ------------ | ----------- | ------------------------------------------- |
 * | `HELLO name` | anybody     | present under that name; `OK name` to it    |
 * | `HELLO name` | anybody     | `TAKEN name` to it, if another one has the  |
 * |              |             | name; nothing else changes                  |
 * | `SAY text`   | one present | `name: text` to each other one present      |
 * | `BYE`        | one present | no longer present; nothing goes out         |
 * | `SAY`, `BYE` | a stranger  | nothing                                     |
 * | all else     | anybody     | nothing                                     |
 *
 * - A message is UTF-8, and one `\n` at its end does not count (`nc` sends it).
 *   Each message that goes out ends with one `\n`.
 * - A name has 1 to 20 of the letters A to Z and a to z and the digits; `Ann` and
 *   `ann` are two names. A text is all behind the first space, as it is: 1 or
 *   more characters, spaces too, but no `\n`.
 * - A peer is its host and its port together.
 * - A second HELLO gives a peer the new name, and frees the old one. One that
 *   has this name already gets `OK name` again.
 * - Whoever has sent none of the messages above for `expireMs` or longer, by
 *   `now()`, is gone, and the name is free. What a peer receives does not
 *   count, and neither does what is not in the table. Once gone it is a
 *   stranger, until it says HELLO again.
 *
 * `present` gives the names of all who are present, sorted.
 *
 *     export class RollCall {
 *       constructor(options: { expireMs: number; now?: () => number }) {
 *       }
 *
 *       handle(message: Uint8Array, from: Deno.NetAddr): Letter[] {
 *       }
 *
 *       present(): string[] {
 *       }
 *     }
 *
 * A `Letter` is `{ to: Deno.NetAddr, message: Uint8Array }`; `types.ts` has it.
 */
export const RollCall: RollCallClass = todo("14.1 RollCall");
