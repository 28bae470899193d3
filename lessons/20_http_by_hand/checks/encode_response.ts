/** Checks an answer to 20.2. */
import {
  checkFunction,
  type FunctionCase,
  SAMPLE_TEXTS,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { EncodeResponse, ResponseOptions } from "../types.ts";
import { REJECTED_HEADERS } from "./rejected_headers.ts";
import { explain, latin1, see, type Seen, WHOLE } from "./response_parts.ts";

const MORE_HEADERS: Record<string, string> = {
  "Content-Type": "text/plain; charset=utf-8",
  "X-a": "b: C",
  "X-tab": "d\te",
  "X-empty": "",
  // Every character that a name may have, besides letters.
  "0123456789.!#$%&'*+^_`|~-": "a",
  // They contain the names that are forbidden.
  "X-Content-Length": "5",
  "Transfer-Encodings": "chunked",
};

const VALID_ARGUMENTS =
  "These arguments are all valid, so there's nothing to " +
  "throw for.";
const VALID_HEADERS =
  "All of these names and values are valid. A name consists of letters, " +
  "digits, and !#$%&'*+-.^_`|~. Only two names are forbidden: compare the whole " +
  "name. A value may be empty, and may contain tabs.";

const NO_CONTROL =
  "Unicode calls 80 to 9f control characters, too (\\p{Cc} matches them), but " +
  "HTTP only those of ASCII: 00 to 1f, and 7f (RFC 9110, section 5.5). The bytes " +
  "80 to ff are allowed in a value.";

const ROOM =
  "Count the bytes of the encoded head before you allocate the response: " +
  "TextEncoder makes more than one byte of some characters.";

const RESPONSES: FunctionCase[] = ([
  [200, "hello\n"],
  [404, "no such page\n", {}],
  [200, "zwölf 🐢"],
  [500, ""],
  [302, "hello\n", { headers: { Location: "/hello" } }],
  [201, "hello\n", { headers: MORE_HEADERS }],
  [200, "zwölf", { head: true }],
  [503, "", { head: true, headers: MORE_HEADERS }],
  [200, "hello\n", { head: false, headers: {} }],
  ...Object.values(SAMPLE_TEXTS).map((text) => [200, text]),
  [200, "half a \ud83d, and \udc22 the other"],
  [200, "ö\r\n\r\n".repeat(10_000)],
  // These values may be encoded in any way, but the rest of the response may not.
  [200, "zwölf", { headers: { Server: "zwölf" } }],
  [200, "hello", { headers: { Server: "a\u0080b\u0085c\u009f" } }],
] as Parameters<EncodeResponse>[]).map((args) => ({
  args,
  returns: responseTo(...args),
  likely: ({ error }) =>
    error instanceof URIError
      ? "encodeURIComponent() throws at half a surrogate pair, which a string " +
        "can hold. TextEncoder puts U+FFFD in its place."
      : error instanceof RangeError
      ? ROOM
      : error === undefined
      ? undefined
      : /[\x80-\x9f]/.test(args[2]?.headers?.Server ?? "")
      ? NO_CONTROL
      : args[2]?.headers
      ? VALID_HEADERS
      : VALID_ARGUMENTS,
}));

/** The response that a call must return. */
function responseTo(
  status: number,
  body: string,
  { headers = {}, head }: ResponseOptions = {},
): Seen {
  const bytes = new TextEncoder().encode(body);
  const entries = Object.entries(headers)
    .filter(([, value]) => latin1(new TextEncoder().encode(value)) === value);
  return {
    lines: WHOLE,
    start: `HTTP/1.1 ${status} `,
    lengths: [`${bytes.length}`],
    codings: [],
    headers: Object.fromEntries(
      entries.map(([name, value]) => [name.toLowerCase(), [value]]),
    ),
    body: head ? new Uint8Array() : bytes,
  };
}

/** Checks an answer to 20.2. */
export async function checkEncodeResponse(
  encodeResponse: EncodeResponse,
  trial: Trial,
): Promise<void> {
  const name = "encodeResponse";
  const cases = [...RESPONSES, ...REJECTED_HEADERS];
  await checkFunction(trial, encodeResponse, cases, { name, see, explain });
  checkWideCharacters(encodeResponse, trial);
}

/**
 * Checks two characters of more than one byte, which become CR and LF if
 * they're cut to one byte. The task doesn't say how to encode them, so any
 * other way is right.
 */
function checkWideCharacters(
  encodeResponse: EncodeResponse,
  trial: Trial,
): void {
  const headers = { X: "a\u010d\u010aY: b" };
  trial.step('a value with U+010D and U+010A before "Y: b" stays one line');
  let received: Uint8Array;
  try {
    received = encodeResponse(200, "hello", { headers });
  } catch {
    return;
  }
  if (!/\r\n?Y|\nY/.test(latin1(received))) return;
  trial.fail({
    problem: "The value has become two lines.",
    received,
    likely: "A character's code may not fit in a byte, and Uint8Array.from() " +
      "keeps only the low byte: 10d and 10a become 0d and 0a, which are CR and " +
      "LF. Encode the head with TextEncoder.",
  });
}
