/**
 * Your answers to lesson 21.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 21
 *
 * Keep the lines with the numbers: `deno task reset 21.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { ByteReader, CommandStore, StoreOptions } from "./types.ts";

// ---- 21.1 readCommand -------------------------------------------------------

/**
 * Reads one command, and gives its strings, each as bytes; `null` if the stream
 * ends where a command could begin. What came behind the command goes back with
 * `reader.unread(bytes)`.
 *
 * A line that begins with `*` is an array: `*2\r\n`, and then each string as
 * `$4\r\n`, that many bytes of any kind, `\r\n`. An array has 1 to 1024 strings,
 * a string 0 to 1048576 bytes. Any other line is an inline command, which ends
 * in `\n` or `\r\n`: its words, with blanks between them, byte for byte. A line
 * with no word is skipped. No line is longer than 65536 bytes without its end.
 *
 * A number out of range, or a line too long, throws RangeError, as soon as that
 * is known. What is no RESP throws TypeError; a number has digits and nothing
 * else. An end in the middle throws `Deno.errors.UnexpectedEof`.
 *
 *     export async function readCommand(
 *       reader: ByteReader,
 *     ): Promise<Uint8Array[] | null> {
 *     }
 */
export const readCommand: (
  reader: ByteReader,
) => Promise<Uint8Array[] | null> = todo("21.1 readCommand");

// ---- 21.2 Store -------------------------------------------------------------

/**
 * Keeps values under keys, both of any bytes. `run` takes a command, whose name
 * may be in capitals or not, and returns the reply in RESP:
 *
 *     PING [text]            +PONG, or the text
 *     ECHO text              the text
 *     SET key value          +OK; with EX seconds or PX milliseconds behind it,
 *                            the key is gone when that much time has passed
 *     GET key                the value, or nil ($-1)
 *     DEL key [key ...]      how many of them there were, as an integer
 *     INCR key               adds 1, and gives the sum, as an integer; no key
 *                            counts as 0
 *
 * Texts and values are bulk strings. SET without a time takes an old one away;
 * INCR leaves it. INCR takes an integer of 64 bits with a sign, written in
 * digits, with a `-` in front if it is below 0, and gives no other. Whatever
 * cannot be done (a command unknown, a wrong number of arguments, a time that is
 * no integer over 0, a value that is no integer) changes nothing and gives an
 * error, one line that begins with `-ERR `. `now` gives the time in milliseconds; `Date.now` if
 * it is not given.
 *
 *     export class Store implements CommandStore {
 *       constructor(options: StoreOptions = {}) {}
 *       run(command: Uint8Array[]): Uint8Array {}
 *     }
 */
export const Store: new (options?: StoreOptions) => CommandStore = todo(
  "21.2 Store",
);
