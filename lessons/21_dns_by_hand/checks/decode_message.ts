/** Checks an answer to 21.2. */
import {
  type Advice,
  type CallDue,
  type CallResult,
  checkFunction,
  type FunctionCase,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { DecodedMessage, DecodeMessage } from "../types.ts";
import { MALFORMED_RESPONSES } from "./malformed_responses.ts";
import {
  a,
  answer,
  ANSWERS,
  CHAIN,
  CHAIN_ANSWERS,
  HEADER,
  ID,
  NAMES,
  other,
  POINTERS,
  QUESTION,
  RECORDS,
  response,
  WWW,
} from "./responses.ts";

/** Each name is a label and a pointer to the name before it. */
const STAIRS = ["a.test", "b.a.test", "c.b.a.test", "d.c.b.a.test"];
const X63_NAME = `${"x".repeat(63)}.test`;
const SRV_NAME = "_sip._tcp.Example-1.test";
const HOSTS = Array.from({ length: 300 }, (_, i) => `192.0.2.${i % 256}`);

const ONE_RECORD = response({ answers: [a("host.other")] });
const HOST = answer("host.other");

/** The advice if decodeMessage() throws for a response without records. */
const SAYS_NO = {
  likely: "This is a response, and the result says what's in it: a response " +
    "code, TC, and an empty list of answers are no reason to throw. Only one " +
    "flag must be set, the highest bit (QR): test it alone, with &.",
  read: ANSWERS,
};
const EVERY_TYPE =
  "The task names two types, A (1) and CNAME (5). All others, such as AAAA, are " +
  '"other" and have the value "": skip their data. A type has two bytes, so ' +
  "257 isn't 1.";

const CASES: FunctionCase[] = [
  {
    step: "an answer without a pointer",
    ...decoded(ONE_RECORD, { answers: [HOST] }),
    likely:
      "A record is a name, its type and class (two bytes each), the time " +
      "in four bytes, the size of its data in two, and the data.",
    read: RECORDS,
  },
  {
    step: "an answer whose name is a pointer to the question's",
    ...decoded(response({ answers: [a(WWW)] }), { answers: [answer(WWW)] }),
    likely:
      "If the two highest bits of a length are set, it's a pointer: the " +
      "name continues at the offset in the other 14 bits, and the next field " +
      "follows the pointer's two bytes.",
    read: POINTERS,
  },
  {
    step: "two answers whose names are the same pointer",
    ...decoded(response({ answers: [a(WWW), a(WWW, "192.0.2.2")] }), {
      answers: [answer(WWW), answer(WWW, "A", "192.0.2.2")],
    }),
    likely:
      "Two names may use the same pointer, and that's not a ring. If you " +
      "count pointers, or remember where they led, start over with each name.",
    read: POINTERS,
  },
  {
    step: "a CNAME, and the address of the other name",
    ...decoded(CHAIN, { answers: CHAIN_ANSWERS }),
    likely: "A name may begin with labels and end in a pointer, even in a " +
      "record's data. The offset counts from the start of the message. The " +
      "next field follows the first pointer, wherever that leads.",
    read: POINTERS,
  },
  {
    step: "a TXT record before an address, and records in other sections",
    ...decoded(
      response({
        answers: [other(16, Uint8Array.of(3, 0xc0, 0xc0, 0xff)), a(WWW)],
        authorities: [a("ns.test", "192.0.2.53")],
        additionals: [a("ns.test", "192.0.2.54")],
      }),
      { answers: [answer(WWW, "other"), answer(WWW)] },
    ),
    likely: "Use the size to skip the data of types that you don't know, and " +
      "read the answer section only.",
    read: RECORDS,
  },
  {
    step: "a pointer to offset 9047, after a long text",
    ...decoded(
      response({
        answers: [
          other(16, new Uint8Array(9000)),
          a("far.test"),
          a("far.test", "192.0.2.2"),
        ],
      }),
      {
        answers: [
          answer(WWW, "other"),
          answer("far.test"),
          answer("far.test", "A", "192.0.2.2"),
        ],
      },
    ),
    likely:
      "An offset has 14 bits: the low six of the first byte, and then the " +
      "eight of the second. One byte alone reaches only the first 256. The size " +
      "of the data has two bytes, too.",
    read: POINTERS,
  },
  {
    step: "a name with four pointers, each of which leads to the next",
    ...decoded(
      response({
        questions: [{ ...QUESTION, name: "test" }],
        answers: STAIRS.map((name) => a(name)),
      }),
      { answers: STAIRS.map((name) => answer(name)) },
    ),
    likely: "A pointer may lead to a name that ends in a pointer, and so on. " +
      "That's not a loop: each one leads further back, until a 0 ends the name. " +
      "Follow them all.",
    read: POINTERS,
  },
  ...[X63_NAME, SRV_NAME].map((name) => ({
    step: `an answer about ${name}`,
    ...decoded(response({ answers: [a(name)] }), { answers: [answer(name)] }),
    likely:
      "A label has up to 63 bytes, which is 3f: the two highest bits are " +
      "still 0. Its bytes are ASCII, and stay as they are.",
    read: NAMES,
  })),
  {
    step: "an answer about the root",
    ...decoded(response({ answers: [a("")] }), { answers: [answer("")] }),
    likely: 'The root has no labels, so its name is "": dots are only ' +
      "between two labels.",
    read: NAMES,
  },
  ...Object.entries({ "an IPv6 address": 28, "a record of type": 257 }).map((
    [what, type],
  ) => ({
    step: `${what}, which has the type ${type}`,
    ...decoded(
      response({ answers: [other(type, new Uint8Array(16).fill(32))] }),
      { answers: [answer(WWW, "other")] },
    ),
    likely: EVERY_TYPE,
    read: RECORDS,
  })),
  {
    step: "a text of the class 3, and an address",
    ...decoded(
      response({
        answers: [{ ...other(16, new Uint8Array(4)), class: 3 }, a(WWW)],
      }),
      { answers: [answer(WWW, "other"), answer(WWW)] },
    ),
    likely: "Another class than 1 is no reason to throw: skip its two bytes, " +
      "whatever they are. In some records, they mean something else.",
    read: RECORDS,
  },
  ...[0, 2, 3].map((count) => ({
    step: `an answer after ${count} questions`,
    ...decoded(
      response({
        questions: Array(count).fill(QUESTION),
        answers: [a("host.other")],
      }),
      { answers: [HOST] },
    ),
    likely: "Bytes 4 and 5 say how many questions there are. Skip that many, " +
      "not always one.",
    read: HEADER,
  })),
  {
    step: "300 answers",
    ...decoded(
      response({ answers: HOSTS.map((address) => a(WWW, address)) }),
      { answers: HOSTS.map((address) => answer(WWW, "A", address)) },
    ),
    likely:
      "Bytes 6 and 7 say how many answers there are: a number of 16 bits.",
    read: HEADER,
  },
  ...[0, 0x80000000, 4294967295].map((ttl) => ({
    step: `a time of ${ttl} seconds`,
    ...decoded(response({ answers: [{ ...a(WWW), ttl }] }), {
      answers: [{ ...answer(WWW), ttl }],
    }),
    likely:
      "Four bytes combined with << make a signed number. Multiply by 256, " +
      "or use getUint32().",
    read: RECORDS,
  })),
  {
    step: "no such name: response code 3",
    ...decoded(
      response({ rcode: 3, isAuthoritative: true, hasRecursion: true }),
      { rcode: 3 },
    ),
    ...SAYS_NO,
  },
  ...Array.from({ length: 16 }, (_, rcode) => ({
    step: "each response code, up to 15",
    ...decoded(response({ rcode }), { rcode }),
    ...SAYS_NO,
  })),
  {
    step: "a response that was truncated",
    ...decoded(response({ isTruncated: true }), { isTruncated: true }),
    ...SAYS_NO,
  },
  {
    step: "a truncated one with an answer, and with all other flags",
    ...decoded(
      response({
        isTruncated: true,
        ...{ isAuthoritative: true, wantsRecursion: true, hasRecursion: true },
        answers: [a(WWW)],
      }),
      { isTruncated: true, answers: [answer(WWW)] },
    ),
    ...SAYS_NO,
  },
  {
    step: "one that wasn't truncated, with all other flags",
    ...decoded(
      response({
        ...{ isAuthoritative: true, wantsRecursion: true, hasRecursion: true },
        opcode: 15,
        answers: [a(WWW)],
      }),
      { answers: [answer(WWW)] },
    ),
    ...SAYS_NO,
  },
  ...[0, 0xffff].map((id) => ({
    step: `the response to the query with the id ${id}`,
    ...decoded(response({ id, answers: [a(WWW)] }), { answers: [answer(WWW)] }),
    args: [response({ id, answers: [a(WWW)] }), id],
    likely: "Any 16 bits can be an id, even 0.",
    read: ANSWERS,
  })),
];

/** Makes the arguments and result for a response. */
function decoded(bytes: Uint8Array, due: Partial<DecodedMessage>) {
  const returns = { isTruncated: false, rcode: 0, answers: [], ...due };
  return { args: [bytes, ID], returns };
}

/** Checks an answer to 21.2. */
export async function checkDecodeMessage(
  decodeMessage: DecodeMessage,
  trial: Trial,
): Promise<void> {
  const cases = [...CASES, ...MALFORMED_RESPONSES];
  await checkFunction(trial, decodeMessage, cases, {
    name: "decodeMessage",
    explain,
  });
}

const RCODE =
  "The response code is only the last four bits of the flags: flags & 0xf.";
const TRUNCATED =
  "TC is the bit 0x0200 of the flags. 0x0400, the bit next to it, says that the " +
  "server is authoritative (AA).";
const NO_BOOLEAN =
  "`isTruncated` must be true or false, but & returns a number. Compare it with " +
  "0: (flags & 0x0200) !== 0.";
const FINAL_DOT =
  'Names must not end with a dot. labels.join(".") puts a dot only between two ' +
  "labels.";

/** Recognizes mistakes by the result or the error. */
function explain(
  { value, error }: CallResult,
  { returns }: CallDue,
): Partial<Advice> | undefined {
  const due = returns as DecodedMessage | undefined;
  if (error !== undefined) {
    const isView = error instanceof RangeError &&
      /DataView/.test(error.message);
    if (isView && due === undefined) {
      return {
        likely:
          "Past its end, a DataView throws RangeError, so you don't read " +
          "what isn't there. The task asks for TypeError: check before you " +
          "read, or catch the error and throw a TypeError instead.",
      };
    }
    return undefined;
  }
  const message = value as DecodedMessage | undefined;
  if (due === undefined || message?.rcode === undefined) return undefined;
  const { isTruncated, rcode, answers } = message;
  if (typeof isTruncated === "number") {
    return { likely: NO_BOOLEAN, read: ANSWERS };
  }
  if (isTruncated === !due.isTruncated) {
    return { likely: TRUNCATED, read: ANSWERS };
  }
  if (rcode !== due.rcode) return { likely: RCODE, read: ANSWERS };
  if (!Array.isArray(answers)) return undefined;
  const hasDot = answers.some(({ name, value }, i) => {
    const { name: own, value: data } = due.answers[i] ?? {};
    return own !== "" && name === `${own}.` || data && value === `${data}.`;
  });
  return hasDot ? { likely: FINAL_DOT, read: NAMES } : undefined;
}
