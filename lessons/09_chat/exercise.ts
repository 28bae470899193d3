/**
 * Your answer to lesson 9: run `deno task check 9` or `deno task watch`.
 *
 * Replace the `todo(…)` with your code. Keep the line with the number:
 * `deno task reset 9.1` needs it to find the exercise.
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
 * A chat room. `join` lets a member in at once, and passes each line that it
 * sends on to all others that are members then. `size` is the number of members.
 * No member delays another, or stops the room.
 *
 * - A line is UTF-8 text up to a `\n`, and may be empty. Pass it on whole and
 *   unchanged, with its `\n`. A `\r` before that may stay or go, and control
 *   characters, which terminals obey, may be removed or escaped. A byte order
 *   mark is a character like any other.
 * - An unfinished line at the end is dropped, or ended with a `\n`.
 * - A member leaves when its side ends, when a read or a write fails, when more
 *   than 1 MiB is unsent to it, or when it sends a line longer than 64 KiB. What
 *   no `write` has taken yet is unsent; the `\n` doesn't count as part of a line.
 * - When a member has left, the room has closed its connection, and `join`
 *   resolves. `join` never throws, and leaves no timer behind.
 */
export const ChatRoom: ChatRoomClass = todo("9.1 ChatRoom");
