/**
 * Check your answers to lesson 22: `deno task check 22`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 22.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";
import type { ByteReader, CommandStore, StoreOptions } from "./types.ts";

// ---- 22.1 readCommand -------------------------------------------------------

/**
 *     export async function readCommand(
 *       reader: ByteReader,
 *     ): Promise<Uint8Array[] | null> {
 *     }
 *
 * Reads one command, and returns its strings as bytes as soon as it's complete,
 * or `null` if the stream ends where a command could begin. `reader.read()`
 * returns the next bytes, and `reader.unread(bytes)` gives bytes back: use it
 * for those that follow the command.
 *
 * - A line that begins with `*` is an array, such as `*2\r\n`. Then comes each
 *   string: `$4\r\n`, that many bytes of any kind, and `\r\n`.
 * - An array has 1 to 1024 strings, and a string 0 to 1048576 bytes.
 * - Any other line is an inline command that ends with `\n` or `\r\n`. Return
 *   its words, which are separated by spaces or tabs, byte for byte. Skip a line
 *   without words.
 * - A line has at most 65536 bytes without its line ending.
 * - Throw `RangeError` for a number out of range or a line that's too long, as
 *   soon as you can tell. (A number below its range may throw `TypeError`.)
 * - Throw `TypeError` for anything else that isn't RESP, such as a number that
 *   isn't just digits, or has a leading zero (`$04`).
 * - Throw `Deno.errors.UnexpectedEof` if the stream ends inside a command.
 */
export const readCommand: (
  reader: ByteReader,
) => Promise<Uint8Array[] | null> = todo("22.1 readCommand");

// ---- 22.2 Store -------------------------------------------------------------

/**
 *     export class Store implements CommandStore {
 *       constructor(options: StoreOptions = {}) {
 *       }
 *
 *       run(command: Uint8Array[]): Uint8Array {
 *       }
 *     }
 *
 * Stores values under keys, both any bytes. `run` runs one command, whose first
 * string is its name, and returns the reply in RESP:
 *
 * - `PING` returns `+PONG`, and `PING text` returns the text.
 * - `ECHO text` returns the text.
 * - `SET key value` returns `+OK`. With `EX seconds` or `PX milliseconds` after
 *   it, the key expires after that time: in the very millisecond when it has
 *   passed, it still exists. Without either, it never expires, even if an
 *   earlier `SET` gave it a time.
 * - `GET key` returns the value, or nil (`$-1`).
 * - `DEL key [key ...]` returns how many of the keys existed, as an integer.
 * - `INCR key` adds 1 and returns the sum, as an integer. A missing key counts
 *   as 0, and an existing one keeps its time. The value and the sum are signed
 *   64-bit integers.
 *
 * Texts and values are bulk strings. An integer is digits without leading zeros,
 * with a `-` before them if negative. Command names, `EX`, and `PX` are
 * case-insensitive.
 *
 * `options.now` returns the time in milliseconds; the default is `Date.now`.
 * Call it on each access to a key, instead of starting timers. The caller may
 * overwrite the arrays it passes you, and those you return.
 *
 * A command that can't be run changes nothing and returns an error: one line of
 * `-ERR`, a space, and a reason. These are errors:
 *
 * - an unknown command, or a wrong number of arguments
 * - a time that isn't a positive integer, or any other option of `SET`
 * - a value that `INCR` can't add 1 to
 */
export const Store: new (options?: StoreOptions) => CommandStore = todo(
  "22.2 Store",
);
