/** How an answer to 20.2 is checked. */
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { DecodedMessage, DecodeMessage } from "../types.ts";
import {
  ANSWERS,
  MALFORMED,
  POINTERS,
  RECORDS,
} from "./malformed_responses.ts";
import { requireThrow } from "./require_throw.ts";
import {
  a,
  answer,
  CHAIN,
  CHAIN_ANSWERS,
  ID,
  other,
  QUESTION,
  response,
  WWW,
} from "./responses.ts";

const HEADER = "A question in one datagram";
const NAMES = "Names are labels";

/** Each name is a label and a pointer to the name before it. */
const STAIRS = ["a.test", "b.a.test", "c.b.a.test", "d.c.b.a.test"];
const X63_NAME = `${"x".repeat(63)}.test`;

/** Said of an answer that throws for a response without records. */
const SAYS_NO = {
  likely: "This is a response, and the result says what's in it: a response " +
    "code, TC, and an empty list of answers are no reason to throw. Only one " +
    "flag must be set, the highest bit (QR): test it alone, with &.",
  read: ANSWERS,
};
const RCODE =
  "The response code is the last four bits of the flags, and no more: flags & " +
  "0xf.";
const TRUNCATED =
  "TC is the bit 0x0200 of the flags, and no other. 0x0400, next to it, says " +
  "that the server is authoritative (AA).";

/** A response, what it contains, and what another result means. */
interface Case {
  step: string;
  bytes: Uint8Array;
  due: Partial<DecodedMessage>;
  likely: string;
  read: string;
}

const CASES: Case[] = [
  {
    step: "an answer without a pointer",
    bytes: response({ answers: [a("host.other")] }),
    due: { answers: [answer("host.other")] },
    likely:
      "A record is a name, its type and class (two bytes each), the time " +
      "in four bytes, the size of its data in two, and the data.",
    read: RECORDS,
  },
  {
    step: "an answer whose name is a pointer to the question's",
    bytes: response({ answers: [a(WWW)] }),
    due: { answers: [answer(WWW)] },
    likely:
      "If the two highest bits of a length are set, it's a pointer: the " +
      "name continues at the offset in the other 14 bits, and the next field " +
      "follows the pointer's two bytes.",
    read: POINTERS,
  },
  {
    step: "a CNAME, and the address of the other name",
    bytes: CHAIN,
    due: { answers: CHAIN_ANSWERS },
    likely: "A name may begin with labels and end in a pointer, even in a " +
      "record's data. The offset counts from the start of the message.",
    read: POINTERS,
  },
  {
    step: "a TXT record before an address, and records in other sections",
    bytes: response({
      answers: [other(16, Uint8Array.of(3, 0xc0, 0xc0, 0xff)), a(WWW)],
      authorities: [a("ns.test", "192.0.2.53")],
    }),
    due: { answers: [answer(WWW, "other"), answer(WWW)] },
    likely: "Use the size to skip the data of types that you don't know, and " +
      "read the answer section only.",
    read: RECORDS,
  },
  {
    step: "a pointer to offset 297, after a long text",
    bytes: response({
      answers: [
        other(16, Uint8Array.of(250, ...new Uint8Array(250))),
        a("far.test"),
        a("far.test", "192.0.2.2"),
      ],
    }),
    due: {
      answers: [
        answer(WWW, "other"),
        answer("far.test"),
        answer("far.test", "A", "192.0.2.2"),
      ],
    },
    likely:
      "An offset has 14 bits: the low six of the first byte, and then the " +
      "eight of the second. One byte alone reaches only the first 256.",
    read: POINTERS,
  },
  {
    step: "a name with four pointers, each of which leads to the next",
    bytes: response({
      questions: [{ ...QUESTION, name: "test" }],
      answers: STAIRS.map((name) => a(name)),
    }),
    due: { answers: STAIRS.map((name) => answer(name)) },
    likely: "A pointer may lead to a name that ends in a pointer, and so on. " +
      "That's not a loop: each one leads further back, until a 0 ends the name. " +
      "Follow them all.",
    read: POINTERS,
  },
  {
    step: "a name with a label of 63 bytes",
    bytes: response({ answers: [a(X63_NAME)] }),
    due: { answers: [answer(X63_NAME)] },
    likely:
      "A label has up to 63 bytes, which is 3f: the two highest bits are " +
      "still 0.",
    read: NAMES,
  },
  {
    step: "an IPv6 address, which has the type 28",
    bytes: response({ answers: [other(28, new Uint8Array(16).fill(32))] }),
    due: { answers: [answer(WWW, "other")] },
    likely:
      "The task names two types, A (1) and CNAME (5). All others, such as " +
      'AAAA, are "other" and have the value "": skip their data.',
    read: RECORDS,
  },
  ...[0, 2].map((count): Case => ({
    step: `an answer after ${count} questions`,
    bytes: response({
      questions: Array(count).fill(QUESTION),
      answers: [a("host.other")],
    }),
    due: { answers: [answer("host.other")] },
    likely: "Bytes 4 and 5 say how many questions there are. Skip that many, " +
      "and not always one.",
    read: HEADER,
  })),
  {
    step: "a time of 4294967295 seconds",
    bytes: response({ answers: [{ ...a(WWW), ttl: 4294967295 }] }),
    due: { answers: [{ ...answer(WWW), ttl: 4294967295 }] },
    likely:
      "Four bytes combined with << make a signed number. Multiply by 256, " +
      "or use getUint32().",
    read: RECORDS,
  },
  {
    step: "no such name: response code 3",
    bytes: response({ rcode: 3, isAuthoritative: true, hasRecursion: true }),
    due: { rcode: 3 },
    ...SAYS_NO,
  },
  {
    step: "a response that was truncated",
    bytes: response({ isTruncated: true }),
    due: { isTruncated: true },
    ...SAYS_NO,
  },
  {
    step: "a response from TCP, without the length in front of it",
    bytes: Uint8Array.of(0, CHAIN.length, ...CHAIN).subarray(2),
    due: { answers: CHAIN_ANSWERS },
    likely:
      "These bytes are a view into a larger buffer, and begin at its byte " +
      "2. Use new DataView(bytes.buffer, bytes.byteOffset, bytes.length): with " +
      "bytes.buffer alone, the view begins at byte 0.",
    read: "Myth: DNS is UDP",
  },
];

/** Checks an answer to 20.2. */
export function checkDecodeMessage(decode: DecodeMessage, trial: Trial): void {
  for (const one of CASES) {
    trial.step(one.step);
    checkCase(decode, trial, one);
  }
  const reject = (bytes: Uint8Array, likely: string, read: string) =>
    requireThrow(trial, () => decode(bytes, ID), {
      name: "decodeMessage",
      Class: TypeError,
      likely,
      read,
    });
  trial.step("the CNAME and the address, cut off after each of their bytes");
  for (let size = 0; size < CHAIN.length; size++) {
    reject(
      CHAIN.slice(0, size),
      `Only ${size} of ${CHAIN.length} bytes are there. Past its end, an array ` +
        "returns undefined instead of an error, and that counts as 0: check the " +
        "length before you read.",
      RECORDS,
    );
  }
  for (const { messages, likely, read } of MALFORMED) {
    for (const [step, bytes] of Object.entries(messages)) {
      trial.step(step, read === POINTERS ? { likely, read } : undefined);
      reject(bytes, likely, read);
    }
  }
}

function checkCase(
  decode: DecodeMessage,
  trial: Trial,
  { bytes, due, likely, read }: Case,
): void {
  let decoded: DecodedMessage;
  try {
    decoded = decode(bytes, ID);
  } catch (error) {
    trial.failOnSlip("decodeMessage()", error, TypeError);
    trial.fail({
      problem: `decodeMessage() threw ${trial.describe(error)}.`,
      received: bytes,
      likely,
      read,
    }, { cause: error });
  }
  const expected = { isTruncated: false, rcode: 0, answers: [], ...due };
  const flags = wrongFlags(decoded, expected);
  const hasDots = Deno.inspect(withoutDots(decoded)) === Deno.inspect(expected);
  trial.equal(decoded, expected, {
    ...flags !== undefined
      ? { likely: flags, read: ANSWERS }
      : hasDots
      ? { likely: FINAL_DOT, read: NAMES }
      : { likely, read },
  });
}

const FINAL_DOT =
  'Names must not end with a dot. labels.join(".") puts a dot only between two ' +
  "labels.";

/** What it means that the flags were decoded to something else, if they were. */
function wrongFlags(
  decoded: DecodedMessage | undefined,
  { isTruncated, rcode }: DecodedMessage,
): string | undefined {
  // If these fields are missing, the flags aren't what's wrong.
  if (decoded?.isTruncated === undefined || decoded.rcode === undefined) {
    return undefined;
  }
  if (typeof decoded.isTruncated !== "boolean") {
    return "`isTruncated` must be true or false, but & returns a number. " +
      "Compare it with 0: (flags & 0x0200) !== 0.";
  }
  if (decoded.isTruncated !== isTruncated) return TRUNCATED;
  return decoded.rcode === rcode ? undefined : RCODE;
}

/** What was decoded, without the dots at the ends of names. */
function withoutDots(decoded: DecodedMessage): unknown {
  if (!Array.isArray(decoded?.answers)) return decoded;
  const answers = decoded.answers.map(({ name, value, ...rest }) => ({
    ...{ name: `${name}`.replace(/\.$/, ""), ...rest },
    value: `${value}`.replace(/\.$/, ""),
  }));
  return { ...decoded, answers };
}
