/**
 * Your answers to lesson 2.
 *
 * Put your code in the place of each line with `todo(…)`, save, and run
 *
 *     deno task check 2
 *
 * Keep the lines with the numbers: `deno task reset 2.1` goes by them.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 2.1 greetOnce ----------------------------------------------------------

/**
 * Accepts one client, sends it the whole `greeting` as UTF-8 and nothing else,
 * and closes the socket of that client only. Then it returns. It waits for no
 * word from the client, and the listener stays open for the next call.
 *
 * A greeting may be empty or many MiB long. If the client leaves in the middle
 * of it, greetOnce may throw, but the client's socket is closed all the same.
 *
 *     export async function greetOnce(
 *       listener: Deno.Listener,
 *       greeting: string,
 *     ): Promise<void> {
 *     }
 */
export const greetOnce: (
  listener: Deno.Listener,
  greeting: string,
) => Promise<void> = todo("2.1 greetOnce");

// ---- 2.2 fetchGreeting ------------------------------------------------------

/**
 * Connects to `port` of 127.0.0.1, sends nothing, and returns as text all that
 * the server sends until it ends the stream: UTF-8, none or many MiB of it, in
 * however many pieces it comes. It closes its socket when it is done.
 *
 *     export async function fetchGreeting(port: number): Promise<string> {
 *     }
 */
export const fetchGreeting: (port: number) => Promise<string> = todo(
  "2.2 fetchGreeting",
);
