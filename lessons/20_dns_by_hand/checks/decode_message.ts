/** How an answer to 20.2 is checked. */
import { type DnsRecord, encodeDns } from "../../../lib/wire/mod.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import { requireThrow } from "../require_throw.ts";
import type { DecodedMessage, DnsAnswer } from "../types.ts";

export type DecodeMessage = (bytes: Uint8Array, id: number) => DecodedMessage;

const HEADER = "A question in one datagram";
const NAMES = "Names are labels";
const POINTERS = "A pointer in place of a name";
const ANSWERS = "Whose answer is this?";
const RECORDS = "Records";

const RCODE =
  "The response code is the last four bits of the flags, and no more.";
const TRUNCATED = "TC is the bit 0x0200 of the flags, and no other one: " +
  "0x0400, beside it, says that the server is the one to know (AA).";
/** Said of whoever throws for what an answer without records may say. */
const SAYS_NO = {
  likely: "This is an answer, and the result tells what it says: a response " +
    "code, TC and an empty list of answers are nothing to throw for. Of all " +
    "flags only the highest bit, QR, must be set; look at it alone, with &.",
  read: ANSWERS,
};

const ID = 0x1234;
const question = { name: "www.example.test", type: 1, class: 1 };
const a = (name: string, address: string, ttl = 60): DnsRecord => ({
  name,
  type: 1,
  class: 1,
  ttl,
  data: { kind: "A", address },
});
const cname = (name: string, target: string): DnsRecord => ({
  name,
  type: 5,
  class: 1,
  ttl: 60,
  data: { kind: "CNAME", name: target },
});
const chain = [
  cname("www.example.test", "host.example.test"),
  a("host.example.test", "192.0.2.10"),
];

/**
 * What it is, its bytes, what must come of them, what is likely if something
 * else does, and what to read.
 */
type Case = [string, Uint8Array, Partial<DecodedMessage>, string, string];

/** Each owner is a label and a pointer to the owner before it. */
const stairs = ["a.test", "b.a.test", "c.b.a.test", "d.c.b.a.test"];

/** Checks an answer to 20.2. */
export function checkDecodeMessage(
  decode: DecodeMessage,
  trial: Trial,
): void {
  const base = { id: ID, isResponse: true, questions: [question] };
  const txt: DnsRecord = {
    ...a("www.example.test", ""),
    type: 16,
    data: { kind: "TXT", texts: [new Uint8Array([0xc0, 0xc0, 0xff])] },
  };
  const far: DnsRecord = {
    ...txt,
    data: { kind: "TXT", texts: [new Uint8Array(250)] },
  };
  const x63 = "x".repeat(63);
  const taken = (name: string): DnsAnswer => ({
    name,
    type: "A",
    ttl: 60,
    value: "192.0.2.1",
  });
  const cases: Case[] = [
    [
      "an answer with no pointer in it",
      encodeDns({ ...base, answers: [a("host.other", "192.0.2.1")] }),
      { answers: [taken("host.other")] },
      "A record is a name, its type and class (two bytes each), the time in " +
      "four bytes, the size of its data in two, and the data.",
      RECORDS,
    ],
    [
      "an answer whose name is a pointer to the question's",
      encodeDns({ ...base, answers: [a("www.example.test", "192.0.2.1")] }),
      {
        answers: [
          {
            name: "www.example.test",
            type: "A",
            ttl: 60,
            value: "192.0.2.1",
          },
        ],
      },
      "Two bytes from c0 00 on are a pointer: the name goes on at the offset " +
      "in their last 14 bits, and the next field stands behind the pointer.",
      POINTERS,
    ],
    [
      "a CNAME, and the address of the other name",
      encodeDns({ ...base, answers: chain }),
      {
        answers: [
          {
            name: "www.example.test",
            type: "CNAME",
            ttl: 60,
            value: "host.example.test",
          },
          {
            name: "host.example.test",
            type: "A",
            ttl: 60,
            value: "192.0.2.10",
          },
        ],
      },
      "A name may begin with labels and end in a pointer, also within a " +
      "record's data: an offset counts from the start of the message.",
      POINTERS,
    ],
    [
      "a TXT record in front of an address, and records in other sections",
      encodeDns({
        ...base,
        answers: [txt, a("www.example.test", "192.0.2.1")],
        authorities: [a("ns.test", "192.0.2.53")],
      }),
      {
        answers: [
          { name: "www.example.test", type: "other", ttl: 60, value: "" },
          {
            name: "www.example.test",
            type: "A",
            ttl: 60,
            value: "192.0.2.1",
          },
        ],
      },
      "Skip the data of types that you do not know by their size, and take the " +
      "answer section only.",
      RECORDS,
    ],
    [
      "a pointer to offset 297, which is behind a long text",
      encodeDns({
        ...base,
        answers: [
          far,
          a("far.test", "192.0.2.1"),
          a("far.test", "192.0.2.2"),
        ],
      }),
      {
        answers: [
          { name: "www.example.test", type: "other", ttl: 60, value: "" },
          { name: "far.test", type: "A", ttl: 60, value: "192.0.2.1" },
          { name: "far.test", type: "A", ttl: 60, value: "192.0.2.2" },
        ],
      },
      "An offset has 14 bits: the last six of the first byte stand above the " +
      "eight of the second. One byte alone reaches only the first 256.",
      POINTERS,
    ],
    [
      "a name with four pointers, each of which leads to the next",
      encodeDns({
        ...base,
        questions: [{ ...question, name: "test" }],
        answers: stairs.map((name) => a(name, "192.0.2.1")),
      }),
      { answers: stairs.map(taken) },
      "A pointer may lead to a name that ends in one, and that to another, " +
      "and so on. Such a row is no ring: each leads further back, and it has " +
      "an end. Follow it until there is a 0.",
      POINTERS,
    ],
    [
      "a name with a label of 63 bytes",
      encodeDns({ ...base, answers: [a(`${x63}.test`, "192.0.2.1")] }),
      { answers: [taken(`${x63}.test`)] },
      "A label has up to 63 bytes, which is the length 3f: the two highest " +
      "bits are still 0.",
      NAMES,
    ],
    [
      "an address of IPv6, which is of the type 28",
      encodeDns({
        ...base,
        answers: [{
          ...a("www.example.test", ""),
          type: 28,
          data: { kind: "AAAA", address: "2001:db8::10" },
        }],
      }),
      {
        answers: [
          { name: "www.example.test", type: "other", ttl: 60, value: "" },
        ],
      },
      'The task knows two types, A (1) and CNAME (5). All others are "other", ' +
      'and their value is "", also that of AAAA: skip it.',
      RECORDS,
    ],
    ...[0, 2].map((count) =>
      [
        `an answer with ${count} questions in front`,
        encodeDns({
          ...base,
          questions: Array.from({ length: count }, () => question),
          answers: [a("host.other", "192.0.2.1")],
        }),
        { answers: [taken("host.other")] },
        "How many questions there are stands in bytes 4 and 5. Skip so many, " +
        "and not always one.",
        HEADER,
      ] satisfies Case
    ),
    [
      "a time of 4294967295 seconds",
      encodeDns({
        ...base,
        answers: [a("www.example.test", "192.0.2.1", 4294967295)],
      }),
      {
        answers: [
          {
            name: "www.example.test",
            type: "A",
            ttl: 4294967295,
            value: "192.0.2.1",
          },
        ],
      },
      "Four bytes put together with << have a sign. Multiply by 256, or use " +
      "getUint32().",
      RECORDS,
    ],
    [
      "no such name: response code 3",
      encodeDns({
        ...base,
        rcode: 3,
        isAuthoritative: true,
        hasRecursion: true,
      }),
      { rcode: 3 },
      RCODE,
      ANSWERS,
    ],
    [
      "an answer that was cut",
      encodeDns({ ...base, isTruncated: true }),
      { isTruncated: true },
      TRUNCATED,
      ANSWERS,
    ],
  ];
  for (const [what, bytes, expected, likely, read] of cases) {
    trial.step(what);
    requireDecoded(decode, trial, { bytes, expected, likely, read });
  }
  const good = encodeDns({ ...base, answers: chain });
  trial.step("an answer that came over TCP, without the length in front of it");
  requireDecoded(decode, trial, {
    bytes: Uint8Array.of(0, good.length, ...good).subarray(2),
    expected: cases[2][2],
    likely:
      "These bytes are part of a larger buffer, and begin at its byte 2. " +
      "A view of them is new DataView(bytes.buffer, bytes.byteOffset, " +
      "bytes.length): with bytes.buffer alone it begins at byte 0.",
    read: "Myth: DNS is UDP",
  });
  checkRefused(decode, trial, good);
  checkCutOff(decode, trial, good);
}

function requireDecoded(
  decode: DecodeMessage,
  trial: Trial,
  { bytes, expected, likely, read }: {
    bytes: Uint8Array;
    expected: Partial<DecodedMessage>;
    likely: string;
    read: string;
  },
): void {
  let decoded: DecodedMessage;
  try {
    decoded = decode(bytes, ID);
  } catch (error) {
    trial.failOnSlip("It", error, TypeError);
    trial.fail({
      problem: `It threw ${trial.describe(error)}.`,
      received: bytes,
      ...(expected.answers === undefined ? SAYS_NO : { likely, read }),
    }, { cause: error });
  }
  const due = { isTruncated: false, rcode: 0, answers: [], ...expected };
  const flags = likelyOfFlags(decoded, due);
  if (flags !== undefined) {
    trial.equal(decoded, due, { likely: flags, read: ANSWERS });
  }
  const hasDots = Deno.inspect(withoutDots(decoded)) === Deno.inspect(due);
  trial.equal(decoded, due, {
    likely: hasDots
      ? "The names are to have no dot at their end. Put dots between labels, as " +
        'labels.join(".") does, and not behind each.'
      : likely,
    read: hasDots ? NAMES : read,
  });
}

/** What it means that the flags were decoded to something else, if they were. */
function likelyOfFlags(
  decoded: DecodedMessage | undefined,
  due: DecodedMessage,
): string | undefined {
  // What has no such fields is no matter of the flags.
  if (decoded?.isTruncated === undefined || decoded.rcode === undefined) {
    return undefined;
  }
  if (typeof decoded.isTruncated !== "boolean") {
    return "`isTruncated` is true or false, and what & gives is a number. " +
      "Compare it with 0: (flags & 0x0200) !== 0.";
  }
  if (decoded.isTruncated !== due.isTruncated) return TRUNCATED;
  return decoded.rcode === due.rcode ? undefined : RCODE;
}

/** What was decoded, with the dots at the ends of names taken off. */
function withoutDots(decoded: DecodedMessage): DecodedMessage {
  if (!Array.isArray(decoded?.answers)) return decoded;
  const bare = (name: unknown) =>
    typeof name === "string" ? name.replace(/\.$/, "") : name;
  return {
    ...decoded,
    answers: decoded.answers.map((answer) => ({
      ...answer,
      name: bare(answer.name),
      value: bare(answer.value),
    })) as DecodedMessage["answers"],
  };
}

/** What must be refused, what it means to take it, and what to read. */
type RefusedCase = [string, Uint8Array, string, string];

function checkRefused(
  decode: DecodeMessage,
  trial: Trial,
  good: Uint8Array,
): void {
  const changed = (at: number, ...bytes: number[]) => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };
  const loop =
    "Whoever follows such a pointer never comes to an end, or fills " +
    "the stack. Let each pointer lead to a smaller offset than the last one " +
    "did, or count them.";
  // The answer's name begins here: behind the header and the question.
  const name = 12 + 18 + 4;
  const ring = [1, 0x61, 0xc0, name];
  const kind =
    "Only 00 is a label, and only 11 is a pointer. A length over 63 is none.";
  const cases: RefusedCase[] = [
    [
      "the answer to another query",
      changed(0, 0x43, 0x21),
      "Anybody may send a datagram to your port. Compare the id, before you " +
      "believe a word of it.",
      ANSWERS,
    ],
    ...[[0x43, 0x34], [0x12, 0x21]].map(([high, low]): RefusedCase => [
      `the answer to the query ${Uint8Array.of(high, low).toHex()}, not 1234`,
      changed(0, high, low),
      "One byte of the id is another one. Compare both, as one number: a guess " +
      "at one byte is right once in 256 times.",
      ANSWERS,
    ]),
    [
      "a query, and no response",
      changed(2, 0x01, 0x00),
      "The highest bit of the flags, QR, says that it is a response.",
      ANSWERS,
    ],
    ["a pointer to itself", changed(name, 0xc0, name), loop, POINTERS],
    ["a ring that stands before the name", ringBefore(), loop, POINTERS],
    [
      "a label and a pointer back to it",
      changed(name, ...ring),
      loop,
      POINTERS,
    ],
    [
      "two pointers that lead to each other",
      changed(name, 0xc0, name + 2, 0xc0, name),
      loop,
      POINTERS,
    ],
    [
      "a label that begins with the bits 01",
      changed(12, 0x43),
      kind,
      POINTERS,
    ],
    [
      "a label that begins with the bits 01, with 65 bytes behind it",
      questionWith(0x41, 65),
      kind,
      POINTERS,
    ],
    [
      "a label that begins with the bits 10, with 129 bytes behind it",
      questionWith(0x81, 129),
      kind,
      POINTERS,
    ],
    ...[3, 5].map((size): RefusedCase => [
      `an address of ${size} bytes`,
      addressOf(size),
      "Compare the size of the data with 4 before you read an address: fewer " +
      "and more are both wrong.",
      RECORDS,
    ]),
  ];
  for (const [what, bytes, likely, read] of cases) {
    trial.step(what, likely === loop ? { likely, read } : undefined);
    requireThrow(trial, () => decode(bytes, ID), {
      Class: TypeError,
      likely,
      read,
    });
  }
}

/** Two pointers in the data of a text, and a name that leads to them. */
function ringBefore(): Uint8Array {
  const bytes = encodeDns({
    id: ID,
    isResponse: true,
    questions: [question],
    answers: [other(16, new Uint8Array(4)), a("www.example.test", "192.0.2.1")],
  });
  // The data of the first record end where the second one begins, of 16 bytes.
  const second = bytes.length - 16;
  const data = second - 4;
  bytes.set([0xc0, data + 2, 0xc0, data, 0xc0, data], data);
  return bytes;
}

/** A message with a question whose name begins with this, and so many bytes. */
function questionWith(first: number, size: number): Uint8Array {
  const header = [ID >> 8, ID & 0xff, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const rest = new Uint8Array(size).fill(0x78);
  return Uint8Array.of(...header, first, ...rest, 0, 0, 1, 0, 1);
}

function addressOf(size: number): Uint8Array {
  return encodeDns({
    id: ID,
    isResponse: true,
    answers: [other(1, new Uint8Array(size))],
  });
}

/** A record of any type with any data. */
function other(type: number, bytes: Uint8Array): DnsRecord {
  return {
    ...a("www.example.test", ""),
    type,
    data: { kind: "other", bytes },
  };
}

/** Messages that promise more than there is. */
function checkCutOff(
  decode: DecodeMessage,
  trial: Trial,
  good: Uint8Array,
): void {
  trial.step("the good answer, cut off after each of its bytes");
  for (let size = 0; size < good.length; size++) {
    requireThrow(trial, () => decode(good.slice(0, size), ID), {
      Class: TypeError,
      likely:
        `Only ${size} of ${good.length} bytes are there. Beyond the end, ` +
        "an array gives undefined and no error, which counts as 0: look at the " +
        "length before you read.",
      read: RECORDS,
    });
  }
  trial.step("a record of text that claims 40 bytes, of which 2 are there");
  const text = encodeDns({
    id: ID,
    isResponse: true,
    answers: [other(16, new Uint8Array(40))],
  });
  requireThrow(trial, () => decode(text.slice(0, -38), ID), {
    Class: TypeError,
    likely:
      "Its data end beyond the message. Data that you skip must be there " +
      "too: compare their end with the length of the message.",
    read: RECORDS,
  });
}
