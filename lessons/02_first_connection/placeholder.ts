/**
 * Check your answers to lesson 2: `deno task check 2`, or `deno task watch`.
 *
 * Replace each `todo(…)` below with your code. Keep the numbered headings,
 * because `deno task reset 2.1` needs them. The types are in types.ts.
 */
import { todo } from "../../lib/workbook/kit/mod.ts";

// ---- 2.1 greetOnce ----------------------------------------------------------

/**
 *     export async function greetOnce(
 *       listener: Deno.Listener,
 *       greeting: string,
 *     ): Promise<void> {
 *     }
 *
 * Accepts one client, sends it the whole greeting as UTF-8, and closes that
 * client's socket. Then it returns.
 *
 * - Send only the greeting, and don't wait for the client to send anything.
 * - The listener stays open for the next call.
 * - The greeting may be empty or many MiB long. A write may take only part of
 *   what you give it.
 * - If the client leaves early, you may throw or return, but close its socket.
 */
export const greetOnce: (
  listener: Deno.Listener,
  greeting: string,
) => Promise<void> = todo("2.1 greetOnce");

// ---- 2.2 fetchGreeting ------------------------------------------------------

/**
 *     export async function fetchGreeting(port: number): Promise<string> {
 *     }
 *
 * Connects to `port` of 127.0.0.1, reads until the server ends the stream,
 * closes its own socket, and returns everything that the server sent, as text.
 *
 * - Send nothing.
 * - The text is UTF-8, with no byte order mark at its start. It may be empty or
 *   many MiB long, and it arrives in pieces of any size.
 * - Return it exactly as sent, white space included.
 * - If a read fails, let the error through, but close the socket first.
 */
export const fetchGreeting: (port: number) => Promise<string> = todo(
  "2.2 fetchGreeting",
);
