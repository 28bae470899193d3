/** Commands for a store in a row, and the reply that each one must get. */
import { printable } from "../../../lib/show/text.ts";
import {
  type MethodCall,
  type ObjectCase,
  toBytes,
} from "../../../lib/workbook/kit/mod.ts";

/** A heading in the README. */
export const SAFE = "Myth: you can build commands out of text";

/** One string of a command; text becomes UTF-8. */
export type Part = string | Uint8Array;

/**
 * A command, or the milliseconds that pass. Text is cut at its spaces. The reply
 * has one character for each byte; {@linkcode ANY_ERROR} is any error.
 */
export type Row =
  | number
  | [command: string | Part[], reply?: string, likely?: string, read?: string];

/** Any error: a reason follows `-ERR `. */
export const ANY_ERROR = "-ERR …\r\n";
/** The same for a case, in bytes. */
export const ERROR: Uint8Array = latin1Bytes("-ERR reason\r\n");

/** Whether a reply is an error in one line. */
export function isErrorReply(reply: Uint8Array): boolean {
  const text = Array.from(reply, (byte) => String.fromCharCode(byte)).join("");
  return /^-ERR [^\r\n]+\r\n$/.test(text);
}

/** Encodes a value as a reply, with one character for each byte. */
export function bulk(value: string): string {
  return `$${value.length}\r\n${value}\r\n`;
}

/**
 * Puts commands in a row into one case.
 *
 * @param rows The commands.
 * @param startMs The time at which the store's own clock starts; the machine's
 * is used if it isn't given.
 * @returns The case for `checkClass`.
 */
export function story(rows: Row[], startMs?: number): ObjectCase {
  const calls = rows.map((row): MethodCall => {
    if (typeof row === "number") {
      return { do: "pass", args: [row], label: `${row} ms pass` };
    }
    const [command, reply = "+OK\r\n", likely = "SET returns +OK.", read] = row;
    const parts = (typeof command === "string" ? command.split(" ") : command)
      .map(toBytes);
    const label = parts.map((part) => {
      const text = printable(part, { max: 24 });
      return /^"[\w-]+"$/.test(text) ? text.slice(1, -1) : text;
    }).join(" ");
    const due = reply === ANY_ERROR
      ? { returns: ERROR, accepts: isErrorReply }
      : { returns: latin1Bytes(reply) };
    return {
      do: "run",
      args: [parts],
      label,
      ...due,
      likely,
      ...read && { read },
    };
  });
  return {
    step: calls.map(({ label }) => label).join(" · "),
    make: startMs === undefined ? [] : [startMs],
    calls,
  };
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
