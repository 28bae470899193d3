/**
 * Your answer to lesson 9.
 *
 * Put your code in the place of the line with `todo(…)`, save, and run
 *
 *     deno task check 9
 *
 * Keep the line with the number: `deno task reset 9.1` goes by it.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { ChatRoomClass } from "./types.ts";

// ---- 9.1 ChatRoom -----------------------------------------------------------

/**
 * A chat room. `join` lets a member in at once, and passes each line that it
 * sends on to all others, never back to itself: the line as it is, with its
 * `\n` and nothing in front; a `\r` before that may stay or go. Lines are UTF-8
 * text, and may be empty. An unfinished one at the end is dropped, or ended with
 * a `\n`.
 *
 * `join` resolves when the member has left, and the room has closed its
 * connection by then. It leaves when its side ends, when a read or a write
 * fails, when more than 1 MiB is unsent to it, or when its line is longer than
 * 64 KiB. `join` never throws. No member delays another one or stops the room.
 *
 * `size` is the number of members.
 *
 *     export class ChatRoom {
 *       get size(): number {
 *       }
 *
 *       async join(conn: Deno.Conn): Promise<void> {
 *       }
 *     }
 */
export const ChatRoom: ChatRoomClass = todo("9.1 ChatRoom");
