/** The parts of a response, and the diagnosis if one is wrong. */
import {
  type Advice,
  type CallDue,
  type CallResult,
  differenceAt,
} from "../../../lib/workbook/kit/mod.ts";
import type { ResponseOptions } from "../types.ts";

const LENGTH = "A body with a length";

/** The parts of a response that are compared. */
export interface Seen {
  lines: string;
  start: string;
  lengths: string[];
  codings: string[];
  headers: Record<string, string[]>;
  body: Uint8Array;
}

/** The value of `lines` if the head is right. */
export const WHOLE = "each ends with \\r\\n, and a blank line follows";
const LONE = "one contains a lone \\r or \\n";
const OPEN = "there's no blank line after them";
const NO_FIELD = "not a field: ";

/**
 * Takes a response apart; other headers than those in the case don't matter.
 */
export function see(bytes: Uint8Array): Seen {
  const text = latin1(bytes);
  const end = text.indexOf("\r\n\r\n");
  const head = end === -1 ? text : text.slice(0, end);
  const [first, ...lines] = head.split("\r\n");
  const bad = lines.find((line) => !FIELD.test(line));
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? ["", "", ""];
    (headers[name.toLowerCase()] ??= []).push(value);
  }
  const isLone = /(?<!\r)\n|\r(?!\n)/.test(end === -1 ? first : head);
  return {
    lines: isLone
      ? LONE
      : end === -1
      ? OPEN
      : bad === undefined
      ? WHOLE
      : NO_FIELD + bad,
    start: /^HTTP\/1\.1 \d+ ?/.exec(first)?.[0] ?? first,
    lengths: headers["content-length"] ?? [],
    codings: headers["transfer-encoding"] ?? [],
    headers,
    body: bytes.subarray(end + 4),
  };
}

const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

/** Makes one character of each byte. */
export function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Recognizes the mistake by the first part of the response that's wrong. */
export function explain(
  { value, error }: CallResult,
  one: CallDue & Args,
): string | Partial<Advice> | undefined {
  const due = one.returns as Seen | undefined;
  if (error !== undefined || due === undefined) return undefined;
  if (!(value instanceof Uint8Array)) {
    return "Return the bytes themselves, in a Uint8Array.";
  }
  const seen = see(value);
  const [, body] = one.args as [number, string];
  const isNormalized = ["NFC", "NFD"].some((form) =>
    body.normalize(form) !== body &&
    new TextDecoder().decode(seen.body) === body.normalize(form)
  );
  if (isNormalized) {
    return "normalize() replaces some characters with others, even if they " +
      "look alike. Send the body as it is.";
  }
  const [, part] = /^\.(\w+)/.exec(differenceAt(seen, due) ?? "") ?? [];
  switch (part) {
    case "lines":
      return { likely: explainLines(seen.lines), received: value };
    case "start":
      return `${seen.start} ` === due.start
        ? "The space after the status is required even if no reason follows " +
          "it (RFC 9112, section 4)."
        : "The first line has the version, and then the status in three " +
          "digits.";
    case "lengths":
      return { likely: explainLength(seen, due, one), read: LENGTH };
    case "codings":
      return "You know the length of this body: send it as Content-Length.";
    case "headers":
      return "Each entry of options.headers becomes one field of the head: its " +
        "name, a colon, a space, and its value as it is.";
    case "body":
      return explainBody(seen, due, one);
  }
}

type Args = { args: unknown[] };

function isHead({ args }: Args): boolean {
  return Boolean((args[2] as ResponseOptions | undefined)?.head);
}

function explainLines(lines: string): string {
  return lines === LONE
    ? "In HTTP, a line ends with two characters, \\r\\n. Some clients accept " +
      "\\n alone; others read a different response."
    : lines === OPEN
    ? "There's no blank line after the head. End the last field with \\r\\n, " +
      "and then add one more \\r\\n: that's how a client knows that no field " +
      "follows, even if there's no body."
    : "A line of the head isn't a field. Put each field on its own line, " +
      "with no space before its colon, and a blank line after the last one.";
}

function explainLength({ lengths }: Seen, due: Seen, one: Args): string {
  return lengths.length === 0
    ? "Without a length, the body ends where the connection ends, so no " +
      "other response can follow. An empty body has the length 0, and a " +
      "response to HEAD has the length that GET would get."
    : lengths.length > 1
    ? "There's more than one Content-Length, and a client can't know which of " +
      "them to believe."
    : lengths[0] === `${(one.args[1] as string).length}`
    ? "body.length counts UTF-16 code units, not bytes. Encode the body " +
      "first, and then use the length of the encoded bytes."
    : isHead(one) && lengths[0] === "0"
    ? "A response to HEAD has the same length that GET would get, although " +
      "it leaves the body out."
    : `The length is that of the body, ${due.lengths[0]} bytes, without the ` +
      "head.";
}

function explainBody({ body }: Seen, due: Seen, one: Args) {
  const extra = body.length - due.body.length;
  if (isHead(one)) {
    return "After HEAD, a client takes whatever follows the head for the next " +
      "response. Leave the body out, but keep its length.";
  }
  const likely = body.subarray(0, due.body.length).toHex() === due.body.toHex()
    ? `${extra} more bytes follow the body, which ends where Content-Length ` +
      "says, without a line ending. A client takes what follows for the start " +
      "of the next response."
    : extra === 0
    ? "The body isn't the text in UTF-8. TextEncoder makes the right bytes."
    : "The body isn't the text in UTF-8, right after the blank line. If you " +
      "allocate the response first, count the bytes of the encoded head: " +
      "there may be more of them than characters.";
  return { likely, read: LENGTH };
}
