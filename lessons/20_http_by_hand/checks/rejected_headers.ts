/** Headers that encodeResponse() must reject. */
import type {
  CallAdvice,
  FunctionCase,
} from "../../../lib/workbook/kit/mod.ts";
import { latin1 } from "./response_parts.ts";

type Headers = Record<string, string>;

const INJECTION =
  "You wrote these characters into the head as they are. A client that can " +
  "choose a value can then add its own fields, or even a whole response. Check " +
  "each name and each value before you write it.";
const EACH =
  "One of these headers isn't valid. Check all of them, not only the " +
  "first or the last, whatever the other options say.";
const NAME =
  "That's not a valid name. Check for the characters that a name may have, from " +
  "first to last: /^[…]+$/ with letters, digits, and !#$%&'*+-.^_`|~. Inside " +
  "[ ], a - between two characters means the whole range, so +-. matches the " +
  "comma too: put the - last.";
const SECOND =
  "encodeResponse() writes the length itself. With a second length, or with " +
  "chunks, a client can't know which one to believe.";
const CONTROL =
  "CR, LF, and NUL aren't the only control characters: they go from 00 to 1f, " +
  "and 7f is one too. Of these, only the tab, 09, is allowed: " +
  "/[\\x00-\\x08\\x0a-\\x1f\\x7f]/.";

const CONTROLS = [...Array(0x20).keys(), 0x7f]
  .map((code) => String.fromCharCode(code));
const NOT_IN_NAMES = ' "(),/:;<=>?@[\\]{}';

/** Headers that must throw TypeError, and the diagnosis if they don't. */
const BAD_HEADERS: [headers: Headers, likely: string, step?: string][] = [
  [{ "X": "a\nb" }, INJECTION],
  [{ "Location": "/\r\nSet-Cookie: admin=1" }, INJECTION],
  [{ "X": "a\rb" }, INJECTION],
  [{ "X": "a\0b" }, INJECTION],
  [{ "X": "a\n" }, INJECTION],
  [{ "X": "\r\na" }, INJECTION],
  [{ "X: y\r\nZ": "a" }, INJECTION],
  [{ "X Y": "a" }, INJECTION],
  [{ "": "a" }, NAME],
  [{ "Xü": "a" }, NAME],
  [{ "X\n": "a" }, NAME],
  [{ "content-length": "5" }, SECOND],
  [{ "CONTENT-LENGTH": "5" }, SECOND],
  [{ "Content-Length": "5" }, SECOND],
  [{ "Transfer-Encoding": "chunked" }, SECOND],
  [{ "transfer-encoding": "chunked" }, SECOND],
  [{ "Content-Length ": "5" }, NAME],
  ...[0, 1, 2].map((bad): [Headers, string] => [
    Object.fromEntries(["a", "b", "c"].map((name, i) => [
      `X-${name}`,
      i === bad ? "1\r\nY: 2" : "1",
    ])),
    EACH,
  ]),
  [{ "X y": "1", "X-b": "2" }, EACH],
  [{ "Content-Length": "1", "X-b": "2" }, EACH],
  ...CONTROLS.filter((control) => control !== "\t").map((
    control,
  ): [Headers, string, string] => [
    { X: `a${control}b` },
    CONTROL,
    "each control character in a value, except for the tab",
  ]),
  ...[...NOT_IN_NAMES, ...CONTROLS].map((
    other,
  ): [Headers, string, string] => [
    { [`X${other}y`]: "a" },
    NAME,
    `each of ${NOT_IN_NAMES} and each control character in a name`,
  ]),
];

/** One call for each of these headers. */
export const REJECTED_HEADERS = BAD_HEADERS.flatMap(([headers, likely, step]) =>
  // Some answers return early for HEAD.
  (step === undefined ? [false, true] : [false]).map((head): FunctionCase => ({
    step,
    args: [200, "hello", head ? { headers, head } : { headers }],
    throws: TypeError,
    likely: whatAccepted(headers, head ? EACH : likely),
  }))
);

/** Says whether the answer wrote bad headers as they are, or changed them. */
function whatAccepted(headers: Headers, likely: string): CallAdvice {
  return ({ value, error }) => {
    if (error !== undefined) return undefined;
    if (!(value instanceof Uint8Array)) return likely;
    const text = latin1(value);
    const isWritten = Object.entries(headers).flat()
      .every((part) => text.includes(latin1(new TextEncoder().encode(part))));
    return isWritten
      ? likely
      : "You left something out or changed it, and the caller never finds out. " +
        "Throw instead.";
  };
}
