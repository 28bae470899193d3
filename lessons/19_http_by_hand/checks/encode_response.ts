/** How an answer to 19.2 is checked. */
import {
  type Exercise,
  exercise,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import * as solution from "../solution.ts";
import type { EncodeResponse, ResponseOptions } from "../types.ts";

const ANSWER = "An answer";
const LENGTH = "A body by its length";

/** One call, and what must come of it. */
interface Case {
  status: number;
  body: string;
  options?: ResponseOptions;
}

/** Makes 19.2. */
export function makeEncodeResponse(): Exercise<unknown> {
  return exercise<EncodeResponse>({
    id: "19.2",
    pure: true,
    title: "Write an answer",
    solution: solution.encodeResponse,
    hints: [
      'How many bytes are "zwölf"? What would a client do with an answer whose ' +
      "Content-Length is one too small, when the next answer comes on the same " +
      "connection?",
      "Encode the body first, for its length. Then write the head as one text, " +
      "line by line, each with \\r\\n, and one more \\r\\n behind the last. " +
      "Before a name or a value goes into it, look at its characters.",
      "Nearly the code:\n" +
      "    const payload = new TextEncoder().encode(body);\n" +
      "    let text = `HTTP/1.1 ${status} \\r\\n`;\n" +
      "    text += `Content-Length: ${payload.length}\\r\\n`;\n" +
      "    for (const [name, value] of Object.entries(headers)) {\n" +
      "      if (!/^[\\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TypeError(name);\n" +
      "      if (/[\\x00-\\x08\\x0a-\\x1f\\x7f]/.test(value)) throw …;\n" +
      "      text += `${name}: ${value}\\r\\n`;\n" +
      "    }\n" +
      '    text += "\\r\\n"; // and then the payload, unless it answers HEAD',
    ],
    read: ANSWER,
    check(encodeResponse, trial) {
      const more = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-a": "b: c",
        "X-tab": "d\te",
        "X-empty": "",
        // Every character that a name may have, besides letters and digits.
        "X.!#$%&'*+^_`|~": "a",
        // It ends like the one that may not be there twice.
        "X-Content-Length": "5",
      };
      const cases: Case[] = [
        { status: 200, body: "hello\n" },
        { status: 404, body: "no such page\n" },
        { status: 200, body: "zwölf 🐢" },
        { status: 500, body: "" },
        { status: 200, body: "ö\r\n\r\n".repeat(10_000) },
        { status: 201, body: "hello\n", options: { headers: more } },
        { status: 200, body: "zwölf", options: { head: true } },
        { status: 200, body: "", options: { head: true, headers: more } },
      ];
      const answers = cases.map((one) => {
        const answer = encode(encodeResponse, one, trial);
        checkAnswer(answer, one, trial);
        return { answer, copy: answer.slice() };
      });
      trial.step("the answer that it made first is still the same");
      const [{ answer, copy }] = answers;
      trial.equalBytes(answer, copy, {
        problem: "The first answer changed when another one was made.",
        likely: "Make a new array in each call: the caller may still be " +
          "writing the last one.",
      });
      checkRefusals(encodeResponse, trial);
      checkEachCharacter(encodeResponse, trial);
      checkWide(encodeResponse, trial);
    },
  });
}

function encode(
  encodeResponse: EncodeResponse,
  { status, body, options }: Case,
  trial: Trial,
): Uint8Array {
  const shown = body.length > 20
    ? `a text of ${body.length} characters`
    : JSON.stringify(body);
  const inOneLine = { breakLength: Infinity, compact: true };
  const more = options === undefined
    ? ""
    : `, ${Deno.inspect(options, inOneLine)}`;
  trial.step(`it encodes ${status}, ${shown}${more}`);
  let answer: Uint8Array;
  try {
    // Some would not take `undefined` for no options at all.
    answer = options === undefined
      ? encodeResponse(status, body)
      : encodeResponse(status, body, options);
  } catch (error) {
    trial.failOnSlip("encodeResponse()", error, TypeError);
    if (!(error instanceof TypeError) || options?.headers === undefined) {
      throw error;
    }
    trial.fail({
      problem: `It threw ${trial.describe(error)}.`,
      expected: "an answer",
      likely:
        "All of these names and values are good ones. A name is letters, " +
        "digits and !#$%&'*+-.^_`|~, and only two names may not be there: " +
        "compare the whole of it. A value may be empty, and have tabs in it.",
    }, { cause: error });
  }
  if (!(answer instanceof Uint8Array)) {
    trial.fail({
      problem: `encodeResponse() gave ${Deno.inspect(answer)}.`,
      expected: "a Uint8Array",
      likely: "Return the bytes themselves; nothing is waited for here.",
    });
  }
  return answer;
}

function checkAnswer(answer: Uint8Array, one: Case, trial: Trial): void {
  const text = latin1(answer);
  const end = text.indexOf("\r\n\r\n");
  if (end === -1 || /(?<!\r)\n|\r(?!\n)/.test(text.slice(0, end))) {
    // Without its end, a head cannot be told from a body that has line ends.
    failForm(answer, end !== -1 || /^[^\r\n]*\n/.test(text), trial);
  }
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  checkFirstLine(first, one.status, trial);
  const fields = lines.map((line) => fieldOf(line, trial));
  checkFields(fields, one, answer, trial);
  checkBody(answer.subarray(end + 4), one, fields, trial);
}

/** The head has no end, or lines with another one. */
function failForm(
  answer: Uint8Array,
  hasLoneLf: boolean,
  trial: Trial,
): never {
  trial.fail({
    problem: hasLoneLf
      ? "A line of the head ends with \\n alone."
      : "There is no blank line behind the head.",
    expected: "lines that end with \\r\\n, and a blank one behind the last",
    received: answer.subarray(0, 200),
    likely: hasLoneLf
      ? "In HTTP a line ends with two characters, \\r\\n. Some clients put up " +
        "with \\n alone, others take the answer for something else."
      : "The last field ends with \\r\\n, and then comes one more \\r\\n: that " +
        "is how a client knows that no field follows, also if there is no body.",
  });
}

function checkFirstLine(line: string, status: number, trial: Trial): void {
  const match = /^HTTP\/1\.1 ([0-9]{3})( ?)(.*)$/.exec(line);
  if (match !== null && match[1] === `${status}` && match[2] === " ") return;
  trial.fail({
    problem: "The first line is another one.",
    expected: `HTTP/1.1 ${status}, a blank, and a reason or none`,
    received: Deno.inspect(line),
    likely: match !== null && match[1] === `${status}`
      ? "The blank behind the number belongs to the form of the line, also if " +
        "no reason follows (RFC 9112, section 4)."
      : "The first line says the version, then how it went, in three digits.",
  });
}

type Field = [name: string, value: string];

function fieldOf(line: string, trial: Trial): Field {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
  if (match !== null) return [match[1].toLowerCase(), match[2]];
  trial.fail({
    problem: "A line of the head is no field.",
    expected: "a name, a colon and a value",
    received: Deno.inspect(line),
    likely: "Each field is a line of its own, and there is no blank in front " +
      "of its colon. The blank line comes behind the last of them.",
  });
}

function checkFields(
  fields: Field[],
  { body, options = {} }: Case,
  answer: Uint8Array,
  trial: Trial,
): void {
  const lengths = fields.filter(([name]) => name === "content-length");
  const size = new TextEncoder().encode(body).length;
  if (fields.some(([name]) => name === "transfer-encoding")) {
    trial.fail({
      problem: "The answer has a Transfer-Encoding.",
      likely: "The length of this body is known: Content-Length says it.",
      read: LENGTH,
    });
  }
  if (lengths.length !== 1) {
    trial.fail({
      problem: `There are ${lengths.length} Content-Length fields, not one.`,
      received: answer.subarray(0, 200),
      likely: lengths.length === 0
        ? "Without a length the body ends where the connection ends, so " +
          "nothing could follow it. A body of no bytes has a length too, which " +
          "is 0, and an answer to HEAD says the length that GET would get."
        : "A client cannot know which of them to believe.",
      read: LENGTH,
    });
  }
  const said = lengths[0][1];
  if (said !== `${size}`) {
    trial.fail({
      problem: `Content-Length says ${said}, and the body has ${size} bytes.`,
      likely: said === `${body.length}`
        ? "body.length counts UTF-16 units, and not the bytes that follow. " +
          "Encode first, then take the length of the bytes."
        : options.head && said === "0"
        ? "The answer to HEAD says what GET would get: the length of the " +
          "body that is left out."
        : "It counts the bytes of the body alone, without the head.",
      read: LENGTH,
    });
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    const values = fields.filter(([own]) => own === name.toLowerCase())
      .map(([, value]) => value);
    trial.equal(values, [value], {
      problem: `The field ${name} is not there once as it was given.`,
      likely:
        "Each entry of options.headers is a field of the head: its name, " +
        "a colon, a blank, and its value as it is.",
    });
  }
}

function checkBody(
  received: Uint8Array,
  { body, options = {} }: Case,
  fields: Field[],
  trial: Trial,
): void {
  const whole = new TextEncoder().encode(body);
  const expected = options.head ? new Uint8Array() : whole;
  const extra = received.length - expected.length;
  trial.equalBytes(received, expected, {
    problem: options.head && received.length > 0
      ? "The answer to HEAD has a body."
      : extra > 0
      ? `${extra} bytes follow the body of ${expected.length}.`
      : "The body is another one.",
    likely: options.head
      ? "After HEAD a client takes whatever follows the head for the next " +
        "answer. Leave the body out, and leave its length in."
      : extra > 0
      ? "The body ends where Content-Length says, with no line end of its own: " +
        "what follows is the beginning of the next answer."
      : "The body is the text in UTF-8, as TextEncoder makes it" +
        `${fields.length === 0 ? "" : ", behind the blank line"}.`,
    read: options.head ? ANSWER : LENGTH,
  });
}

/** What must not get into a head. */
function checkRefusals(encodeResponse: EncodeResponse, trial: Trial): void {
  const injection =
    "The characters went into the head as they are. Whoever can choose a value " +
    "can then write fields, or a whole answer, of their own. Look at each name " +
    "and each value before you write it.";
  const second = "This answer says its length itself. With another one, or " +
    "with chunks, a client cannot know which to believe.";
  const cases: [headers: Headers, likely: string][] = [
    [{ "Location": "/\r\nSet-Cookie: admin=1" }, injection],
    [{ "X": "a\nb" }, injection],
    [{ "X": "a\rb" }, injection],
    [{ "X": "a\0b" }, injection],
    [{ "X: y\r\nZ": "a" }, injection],
    [{ "X Y": "a" }, injection],
    [{ "": "a" }, NAME],
    [{ "Xü": "a" }, NAME],
    [{ "content-length": "5" }, second],
    [{ "CONTENT-LENGTH": "5" }, second],
    [{ "Transfer-Encoding": "chunked" }, second],
    [{ "transfer-encoding": "chunked" }, second],
  ];
  for (const [headers, likely] of cases) {
    trial.step(`it refuses the headers ${Deno.inspect(headers)}`);
    requireRefusal(encodeResponse, trial, { headers, likely });
  }
}

/** None of the characters that may not stand there is left out. */
function checkEachCharacter(
  encodeResponse: EncodeResponse,
  trial: Trial,
): void {
  const controls = [...Array(0x20).keys(), 0x7f]
    .map((code) => String.fromCharCode(code));
  trial.step("it refuses each control character in a value, but the tab");
  for (const control of controls) {
    if (control === "\t") continue;
    requireRefusal(encodeResponse, trial, {
      headers: { X: `a${control}b` },
      likely: "CR, LF and NUL are not the only control characters: they are " +
        "all from 00 to 1f, and 7f. The tab, 09, is the one that may be there: " +
        "/[\\x00-\\x08\\x0a-\\x1f\\x7f]/.",
    });
  }
  const others = ' "(),/:;<=>?@[\\]{}';
  trial.step(`it refuses each of ${others} and each control in a name`);
  for (const other of [...others, ...controls]) {
    requireRefusal(encodeResponse, trial, {
      headers: { [`X${other}y`]: "a" },
      likely: NAME,
    });
  }
}

/**
 * Characters of more than a byte: cut to one, these two are CR and LF. The task
 * does not say how they go into a head, so each way will do but that one.
 */
function checkWide(encodeResponse: EncodeResponse, trial: Trial): void {
  const headers = { X: "a\u010d\u010aY: b" };
  trial.step('a value with U+010D and U+010A in front of "Y: b" is one line');
  let answer: Uint8Array;
  try {
    answer = encodeResponse(200, "hello", { headers });
  } catch (error) {
    trial.failOnSlip("encodeResponse()", error, TypeError);
    return;
  }
  if (!/\r\n?Y|\nY/.test(latin1(answer))) return;
  trial.fail({
    problem: "The value has become two lines.",
    received: answer,
    likely: "The code of a character may be more than a byte holds, and " +
      "Uint8Array.from() cuts it off: of 10d and 10a it leaves 0d and 0a, " +
      "which are CR and LF. Encode the head with TextEncoder.",
  });
}

type Headers = Record<string, string>;

const NAME =
  "That is no name. Ask for what a name is made of, and not for what " +
  "it must not have: from the first character to the last, /^[…]+$/, letters, " +
  "digits and !#$%&'*+-.^_`|~. In [ ] a - between two characters stands for " +
  "all from one to the other, as in +-. for the comma as well: put it last.";

/** Fails unless these headers throw TypeError. */
function requireRefusal(
  encodeResponse: EncodeResponse,
  trial: Trial,
  { headers, likely }: { headers: Headers; likely: string },
): void {
  let answer: Uint8Array;
  try {
    answer = encodeResponse(200, "hello", { headers });
  } catch (error) {
    trial.failOnSlip("encodeResponse()", error, TypeError);
    if (error instanceof TypeError) return;
    trial.fail({
      problem: "It threw another error than the one that was asked for.",
      expected: "TypeError",
      received: trial.describe(error),
      likely: "Callers tell failures apart by the class of the error.",
    }, { cause: error });
  }
  const text = latin1(answer);
  const wasChanged = Object.entries(headers).flat().some((part) =>
    !text.includes(latin1(new TextEncoder().encode(part)))
  );
  trial.fail({
    problem: `It made an answer of the headers ${Deno.inspect(headers)}.`,
    expected: "TypeError",
    received: answer,
    likely: wasChanged
      ? "Something was left out, or written in another way, and whoever gave " +
        "it would never learn of that. Throw."
      : likely,
  });
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
