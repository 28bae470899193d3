/**
 * Check your answer to lesson 9: `deno task check 9`, or `deno task watch`.
 *
 * Replace the `todo(…)` below with your code. Keep the numbered heading,
 * because `deno task reset 9.1` needs it. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { ChatRoomClass } from "./types.ts";

// ---- 9.1 ChatRoom -----------------------------------------------------------

/**
 *     export class ChatRoom {
 *       get size(): number {
 *       }
 *
 *       async join(conn: Deno.Conn): Promise<void> {
 *       }
 *     }
 *
 * A chat room. `join` adds a member at once. Whenever that member sends a line,
 * `join` passes it on to everyone else who's a member at that moment. `size` is
 * the number of members. No member can delay another or stop the room.
 *
 * - A line is UTF-8 text that ends with `\n`, and may be empty. Pass it on whole
 *   and unchanged, with its `\n`. You may drop a `\r` before the `\n`, and you
 *   may remove or escape control characters, because terminals obey them. A byte
 *   order mark is a character like any other.
 * - If a member leaves in the middle of a line, drop the unfinished line, or end
 *   it with `\n`.
 * - A member leaves when it closes its write side, when a read or a write fails,
 *   when more than 1 MiB is unsent to it, or when it sends a line longer than
 *   64 KiB. Bytes are unsent until a `write` has taken them. The `\n` doesn't
 *   count toward a line's length.
 * - When a member leaves, close its connection; then `join` resolves. It never
 *   throws, and leaves no timer running.
 */
export const ChatRoom: ChatRoomClass = todo("9.1 ChatRoom");
