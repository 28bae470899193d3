/** How an answer to 19.2 is checked. */
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { EncodeResponse, ResponseOptions } from "../types.ts";

const ANSWER = "An answer";
const LENGTH = "A body by its length";

/** One call that must return a response. */
interface Case {
  status: number;
  body: string;
  options?: ResponseOptions;
}

type Headers = Record<string, string>;

const MORE_HEADERS: Headers = {
  "Content-Type": "text/plain; charset=utf-8",
  "X-a": "b: c",
  "X-tab": "d\te",
  "X-empty": "",
  // Every character that a name may have, besides letters and digits.
  "X.!#$%&'*+^_`|~": "a",
  // It ends like the one that may not be there twice.
  "X-Content-Length": "5",
};

const CASES: Case[] = [
  { status: 200, body: "hello\n" },
  { status: 404, body: "no such page\n" },
  { status: 200, body: "zwölf 🐢" },
  { status: 500, body: "" },
  { status: 200, body: "ö\r\n\r\n".repeat(10_000) },
  { status: 201, body: "hello\n", options: { headers: MORE_HEADERS } },
  { status: 200, body: "zwölf", options: { head: true } },
  { status: 200, body: "", options: { head: true, headers: MORE_HEADERS } },
];

const INJECTION =
  "The characters went into the head as they are. A client that can choose a " +
  "value can then write fields, or a whole response, of its own. Check each " +
  "name and each value before you write it.";
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
  "and 7f is one too. Only the tab, 09, is allowed: " +
  "/[\\x00-\\x08\\x0a-\\x1f\\x7f]/.";

/** Headers that must throw TypeError, and what accepting them means. */
const BAD_HEADERS: [headers: Headers, likely: string][] = [
  [{ "Location": "/\r\nSet-Cookie: admin=1" }, INJECTION],
  [{ "X": "a\nb" }, INJECTION],
  [{ "X": "a\rb" }, INJECTION],
  [{ "X": "a\0b" }, INJECTION],
  [{ "X: y\r\nZ": "a" }, INJECTION],
  [{ "X Y": "a" }, INJECTION],
  [{ "": "a" }, NAME],
  [{ "Xü": "a" }, NAME],
  [{ "content-length": "5" }, SECOND],
  [{ "CONTENT-LENGTH": "5" }, SECOND],
  [{ "Transfer-Encoding": "chunked" }, SECOND],
  [{ "transfer-encoding": "chunked" }, SECOND],
];

const CONTROLS = [...Array(0x20).keys(), 0x7f]
  .map((code) => String.fromCharCode(code));
const NOT_IN_NAMES = ' "(),/:;<=>?@[\\]{}';

/** What is checked, and how it's reported. */
interface Subject {
  encodeResponse: EncodeResponse;
  trial: Trial;
}

/** Checks an answer to 19.2. */
export function checkEncodeResponse(
  encodeResponse: EncodeResponse,
  trial: Trial,
): void {
  const subject = { encodeResponse, trial };
  const responses = CASES.map((one) => {
    const bytes = checkResponse(subject, one);
    return { bytes, copy: bytes.slice() };
  });
  trial.step("the first response is still the same");
  const [{ bytes, copy }] = responses;
  trial.equalBytes(bytes, copy, {
    problem: "The first response changed when you made another one.",
    likely: "Make a new array in each call: the caller may still be writing " +
      "the last one.",
  });

  for (const [headers, likely] of BAD_HEADERS) {
    trial.step(`it rejects the headers ${Deno.inspect(headers)}`);
    requireRejected(subject, headers, likely);
  }
  trial.step(
    "it rejects each control character in a value, except for the tab",
  );
  for (const control of CONTROLS) {
    if (control === "\t") continue;
    requireRejected(subject, { X: `a${control}b` }, CONTROL);
  }
  trial.step(
    `it rejects each of ${NOT_IN_NAMES} and each control character in a name`,
  );
  for (const other of [...NOT_IN_NAMES, ...CONTROLS]) {
    requireRejected(subject, { [`X${other}y`]: "a" }, NAME);
  }
  checkWideCharacters(subject);
}

/** Makes a call; returns what it throws, unless that's a slip. */
function call(
  { encodeResponse, trial }: Subject,
  ...args: Parameters<EncodeResponse>
): unknown {
  try {
    return encodeResponse(...args);
  } catch (error) {
    trial.failOnSlip("encodeResponse()", error, TypeError);
    return error;
  }
}

/** Makes a call that must return a response, and checks it. */
function checkResponse(subject: Subject, one: Case): Uint8Array {
  const trial: Trial = subject.trial;
  const { status, body, options } = one;
  const shownBody = body.length > 20
    ? `a text of ${body.length} characters`
    : JSON.stringify(body);
  const shownOptions = options === undefined
    ? ""
    : `, ${Deno.inspect(options, { breakLength: Infinity, compact: true })}`;
  trial.step(`it encodes ${status}, ${shownBody}${shownOptions}`);
  // Not every answer takes `undefined` for no options at all.
  const rest: [ResponseOptions?] = options === undefined ? [] : [options];
  const bytes = call(subject, status, body, ...rest);
  if (!(bytes instanceof Uint8Array)) {
    trial.fail({
      problem: bytes instanceof Error
        ? `encodeResponse() threw ${trial.describe(bytes)}.`
        : `encodeResponse() returned ${Deno.inspect(bytes)}.`,
      expected: "a Uint8Array",
      likely: bytes instanceof Error && options?.headers === undefined
        ? "These arguments are all valid, so there's nothing to throw for."
        : bytes instanceof Error
        ? "All of these names and values are valid. A name consists of letters, " +
          "digits, and !#$%&'*+-.^_`|~. Only two names are forbidden: compare " +
          "the whole name. A value may be empty, and may contain tabs."
        : "Return the bytes themselves; there's nothing to wait for.",
    });
  }
  const text = latin1(bytes);
  const end = text.indexOf("\r\n\r\n");
  if (end === -1 || /(?<!\r)\n|\r(?!\n)/.test(text.slice(0, end))) {
    // Without its end, a head can't be told from a body that has line ends.
    failLines(trial, bytes, end !== -1 || /^[^\r\n]*\n/.test(text));
  }
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  checkFirstLine(trial, first, status);
  const fields = lines.map((line) => fieldOf(trial, line));
  checkLength(trial, fields, one);
  checkHeaders(trial, fields, options?.headers ?? {});
  checkBody(trial, bytes.subarray(end + 4), one);
  return bytes;
}

function failLines(trial: Trial, bytes: Uint8Array, hasLoneLf: boolean): never {
  trial.fail({
    problem: hasLoneLf
      ? "A line of the head ends with \\n alone."
      : "There's no blank line after the head.",
    received: bytes.subarray(0, 200),
    likely: hasLoneLf
      ? "In HTTP, a line ends with two characters, \\r\\n. Some clients put up " +
        "with \\n alone, others take the response for something else."
      : "End the last field with \\r\\n, and then add one more \\r\\n: that's " +
        "how a client knows that no field follows, even if there's no body.",
  });
}

function checkFirstLine(trial: Trial, line: string, status: number): void {
  const start = `HTTP/1.1 ${status}`;
  if (line.startsWith(`${start} `)) return;
  trial.fail({
    problem: "The first line is wrong.",
    expected: `${start}, a space, and any reason or none`,
    received: Deno.inspect(line),
    likely: line.startsWith(start)
      ? "The space after the status is required even if no reason follows it " +
        "(RFC 9112, section 4)."
      : "The first line has the version, and then the status in three digits.",
  });
}

type Field = [name: string, value: string];

function fieldOf(trial: Trial, line: string): Field {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
  if (match !== null) return [match[1].toLowerCase(), match[2]];
  trial.fail({
    problem: "A line of the head isn't a field.",
    expected: "a name, a colon, and a value",
    received: Deno.inspect(line),
    likely: "Put each field on a line of its own, with no space before its " +
      "colon, and the blank line after the last one.",
  });
}

function checkLength(
  trial: Trial,
  fields: Field[],
  { body, options }: Case,
): void {
  const said = fields.filter(([name]) => name === "content-length")
    .map(([, value]) => value);
  const size = `${new TextEncoder().encode(body).length}`;
  const isChunked = fields.some(([name]) => name === "transfer-encoding");
  if (said.length === 1 && said[0] === size && !isChunked) return;
  trial.fail({
    problem: isChunked
      ? "The response has a Transfer-Encoding."
      : said.length === 1
      ? `Content-Length says ${said[0]}, but the body has ${size} bytes.`
      : `There are ${said.length} Content-Length fields, not one.`,
    likely: isChunked
      ? "You know the length of this body: send it as Content-Length."
      : said.length === 0
      ? "Without a length, the body ends where the connection ends, so no " +
        "other response can follow. An empty body has the length 0, and a " +
        "response to HEAD has the length that GET would get."
      : said.length > 1
      ? "A client can't know which of them to believe."
      : said[0] === `${body.length}`
      ? "body.length counts UTF-16 code units, not bytes. Encode the body " +
        "first, and then use the length of the encoded bytes."
      : options?.head && said[0] === "0"
      ? "A response to HEAD has the same length that GET would get, although " +
        "it leaves the body out."
      : "It counts only the bytes of the body, not those of the head.",
    read: LENGTH,
  });
}

function checkHeaders(trial: Trial, fields: Field[], headers: Headers): void {
  for (const [name, value] of Object.entries(headers)) {
    const values = fields.filter(([own]) => own === name.toLowerCase())
      .map(([, value]) => value);
    trial.equal(values, [value], {
      problem: `The field ${name} isn't there exactly once and unchanged.`,
      likely:
        "Each entry of options.headers becomes a field of the head: its " +
        "name, a colon, a space, and its value as it is.",
    });
  }
}

function checkBody(
  trial: Trial,
  received: Uint8Array,
  { body, options }: Case,
): void {
  const expected = new TextEncoder().encode(options?.head ? "" : body);
  const extra = received.length - expected.length;
  trial.equalBytes(received, expected, {
    problem: extra > 0
      ? `${extra} more bytes follow the ${options?.head ? "head" : "body"}.`
      : "The body isn't the text in UTF-8.",
    likely: options?.head
      ? "After HEAD, a client takes whatever follows the head for the next " +
        "response. Leave the body out, but keep its length."
      : extra > 0
      ? "The body ends where Content-Length says, without a line ending: " +
        "a client takes what follows for the start of the next response."
      : "TextEncoder makes the right bytes. They go after the blank line.",
    read: options?.head ? ANSWER : LENGTH,
  });
}

/** Fails unless these headers throw TypeError. */
function requireRejected(
  subject: Subject,
  headers: Headers,
  likely: string,
): void {
  const { trial } = subject;
  const result = call(subject, 200, "hello", { headers });
  if (result instanceof TypeError) return;
  if (!(result instanceof Uint8Array)) {
    return trial.fail({
      problem: "Wrong error class: expected TypeError.",
      received: trial.describe(result),
      likely: "Callers tell failures apart by the class of the error.",
    });
  }
  const text = latin1(result);
  const isChanged = Object.entries(headers).flat().some((part) =>
    !text.includes(latin1(new TextEncoder().encode(part)))
  );
  trial.fail({
    problem: `encodeResponse() accepted the headers ${Deno.inspect(headers)}.`,
    expected: "TypeError",
    received: result,
    likely: isChanged
      ? "You left something out or changed it, and the caller never finds out. " +
        "Throw instead."
      : likely,
  });
}

/**
 * Characters of more than a byte: cut to one, these two are CR and LF. The task
 * leaves open how they're encoded, so any way will do but that one.
 */
function checkWideCharacters(subject: Subject): void {
  const { trial } = subject;
  const headers = { X: "a\u010d\u010aY: b" };
  trial.step('a value with U+010D and U+010A before "Y: b" stays one line');
  const bytes = call(subject, 200, "hello", { headers });
  if (!(bytes instanceof Uint8Array)) return;
  if (!/\r\n?Y|\nY/.test(latin1(bytes))) return;
  trial.fail({
    problem: "The value has become two lines.",
    received: bytes,
    likely: "A character's code may not fit in a byte, and Uint8Array.from() " +
      "keeps only the low byte: 10d and 10a become 0d and 0a, which are CR and " +
      "LF. Encode the head with TextEncoder.",
  });
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
