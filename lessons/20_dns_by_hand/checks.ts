/** The exercises of lesson 20, and how an answer to each is checked. */
import { DNS_TYPES, type DnsRecord, encodeDns } from "../../lib/wire/mod.ts";
import {
  type Exercise,
  exercise,
  loadAttempts,
  type Trial,
} from "../../lib/workbook/mod.ts";
import { decodeMessageMistakes, encodeQueryMistakes } from "./mistakes.ts";
import * as solution from "./solution.ts";
import type { DecodedMessage } from "./types.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

type EncodeQuery = (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array;
type DecodeMessage = (bytes: Uint8Array, id: number) => DecodedMessage;

const HEADER = "A question in one datagram";
const NAMES = "Names are labels";
const POINTERS = "A pointer in place of a name";
const ANSWERS = "Whose answer is this?";
const RECORDS = "Records";

const encodeQuery = exercise<EncodeQuery>({
  id: "20.1",
  title: "Encode a query",
  task:
    "Write `encodeQuery(id, name, type)`. It returns a new array: a header of " +
    "twelve bytes (the id, the flags 0x0100, one question, three counts of 0), " +
    "the name as labels, each with its length in one byte in front and a 0 " +
    "behind the last, the type (A 1, TXT 16, AAAA 28), and the class 1. All " +
    "numbers but the labels' lengths have two bytes, the most significant " +
    "first. The name is ASCII and may have a dot at its end. A label that is " +
    "empty or over 63 bytes, and a name of over 255 bytes as it is sent, throw " +
    "RangeError.",
  attempt: attempt.encodeQuery,
  solution: solution.encodeQuery,
  mistakes: encodeQueryMistakes,
  hints: [
    "How does somebody who reads the labels one by one know that there is no " +
    "other one? And how many bytes is `a.bc` then?",
    'Collect the bytes of the name first: split at ".", and for each label its ' +
    "length and its bytes; then a 0. Now you know how long the query is, and a " +
    "DataView writes the numbers around it.",
    "Nearly the code:\n" +
    '    for (const label of name.replace(/\\.$/, "").split(".")) {\n' +
    "      if (label.length < 1 || label.length > 63) throw new RangeError(…);\n" +
    "      encoded.push(label.length, ...new TextEncoder().encode(label));\n" +
    "    }\n" +
    "    encoded.push(0);\n" +
    "    view.setUint16(0, id); // and so on: 0x0100, 1, 0, 0, 0",
  ],
  read: HEADER,
  check(encode, trial) {
    const x63 = "x".repeat(63);
    const longest = `${x63}.${x63}.${x63}.${"y".repeat(61)}`;
    const cases: [number, string, "A" | "AAAA" | "TXT"][] = [
      [0x1234, "host.example.test", "A"],
      [0xfffe, "a", "AAAA"],
      [1, "note.example.test", "TXT"],
      [2, "host.example.test.", "A"],
      [3, `${x63}.test`, "A"],
      [4, longest, "A"],
    ];
    for (const [id, name, type] of cases) {
      const short = name.length > 40 ? `(${name.length} characters)` : name;
      trial.step(`id ${id}, ${short}, ${type}`);
      const expected = encodeDns({
        id,
        wantsRecursion: true,
        questions: [{ name, type: DNS_TYPES[type], class: 1 }],
      });
      const bytes = encode(id, name, type);
      if (!(bytes instanceof Uint8Array)) {
        trial.fail({
          problem: `It returned ${Deno.inspect(bytes)}, and no Uint8Array.`,
          likely: "Return the query as bytes.",
        });
      }
      compareQuery(trial, bytes, expected, name);
    }
    const bad = [
      ["x".repeat(64) + ".test", "a label of 64 bytes"],
      ["a..b", "an empty label"],
      [`${longest}y`, "a name of 256 bytes as it is sent"],
    ];
    for (const [name, what] of bad) {
      trial.step(`${what}`);
      requireThrow(trial, () => encode(5, name, "A"), {
        Class: RangeError,
        likely: what.includes("64")
          ? "The two highest bits of a length mean something else, so a label " +
            "has at most 63 bytes. A length of 64 would be read as no label."
          : what.includes("empty")
          ? "An empty label is the root, and ends the name: what is behind it " +
            "would be read as the type."
          : "A name has at most 255 bytes, with all lengths and the root.",
        read: NAMES,
      });
    }
  },
});

function compareQuery(
  trial: Trial,
  bytes: Uint8Array,
  expected: Uint8Array,
  name: string,
): void {
  const root = expected.length - 5;
  const without = [
    ...expected.subarray(0, root),
    ...expected.subarray(root + 1),
  ];
  const is = (other: number[]) =>
    bytes.length === other.length && bytes.every((b, i) => b === other[i]);
  const differs = (from: number, to: number) =>
    bytes.subarray(from, to).toHex() !== expected.subarray(from, to).toHex();
  const swapped = (at: number) =>
    bytes[at] === expected[at + 1] && bytes[at + 1] === expected[at];
  const end = bytes.length - 4;
  const likely = is(without)
    ? "Behind the last label stands a 0, the root. Without it the type is read " +
      "as one label more."
    : differs(0, 2) && swapped(0)
    ? "The least significant byte came first, which is little-endian. Numbers " +
      "in DNS are big-endian, as a DataView writes them unless told otherwise."
    : differs(2, 4)
    ? 'The flags are 0x0100: only "recursion desired" is set.'
    : differs(4, 12)
    ? "Behind the flags stand four counts: 1 question, and 0, 0, 0."
    : bytes.length > expected.length && name.endsWith(".")
    ? "A dot at the end of a name is no label: the root stands there anyway."
    : differs(12, expected.length - 4)
    ? "A name is its labels, each with its length in front, and no dots: " +
      "04 h o s t 07 e x a m p l e 04 t e s t 00."
    : swapped(end) || swapped(end + 2)
    ? "The least significant byte came first, which is little-endian."
    : "The last four bytes are the type (A 1, TXT 16, AAAA 28) and the class 1.";
  trial.equalBytes(bytes, expected, {
    likely,
    read: is(without) || /label/.test(likely) ? NAMES : HEADER,
  });
}

const decodeMessage = exercise<DecodeMessage>({
  id: "20.2",
  title: "Decode the answer",
  task:
    "Write `decodeMessage(bytes, id)`, which decodes the answer to the query " +
    "with that id. It returns `{ isTruncated, rcode, answers }`: the TC bit, " +
    "the last four bits of the flags, and for each record of the answer " +
    'section `{ name, type, ttl, value }`. The type is `"A"` (1; the value is ' +
    '`192.0.2.1`), `"CNAME"` (5; the value is the other name) or `"other"` ' +
    '(the value is `""`). Names have no dot at their end, and may be ' +
    "compressed. TypeError is thrown for another id, for a message that is no " +
    "response (QR is 0), for one that ends too early, for a label that begins " +
    "with the bits 01 or 10, for an address that is not four bytes long, and " +
    "for a pointer to itself or in a ring.",
  attempt: attempt.decodeMessage,
  solution: solution.decodeMessage,
  mistakes: decodeMessageMistakes,
  hints: [
    "Where does the next field begin behind a name that ended in a pointer: " +
    "behind the pointer, or behind what it points at?",
    "Keep one index `at`, and write `byte(index)`, which throws beyond the end, " +
    "`number(size)` and `name()`. In name(), a second index follows the " +
    "pointers. Skip each question (a name and four bytes); after a record's " +
    "data, set `at` to where its size says they end.",
    "Nearly the code, in the loop of name():\n" +
    "    if (length >= 0xc0) {\n" +
    "      const target = (length & 0x3f) * 256 + byte(from + 1);\n" +
    "      if (target >= limit) throw new TypeError(…);\n" +
    "      if (end === -1) end = from + 2;\n" +
    "      from = limit = target; // always further ahead\n" +
    "      continue;\n" +
    "    }",
  ],
  read: RECORDS,
  check: checkDecode,
});

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

function checkDecode(decode: DecodeMessage, trial: Trial): void {
  const base = { id: ID, isResponse: true, questions: [question] };
  const txt: DnsRecord = {
    ...a("www.example.test", ""),
    type: 16,
    data: { kind: "TXT", texts: [new Uint8Array([0xc0, 0xc0, 0xff])] },
  };
  const cases: [string, Uint8Array, Partial<DecodedMessage>, string, string][] =
    [
      [
        "an answer with no pointer in it",
        encodeDns({
          ...base,
          questions: [],
          answers: [a("host.test", "192.0.2.1")],
        }),
        {
          answers: [{
            name: "host.test",
            type: "A",
            ttl: 60,
            value: "192.0.2.1",
          }],
        },
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
        "The response code is the last four bits of the flags, and no more.",
        ANSWERS,
      ],
      [
        "an answer that was cut",
        encodeDns({ ...base, isTruncated: true }),
        { isTruncated: true },
        "TC is the bit 0x0200 of the flags.",
        ANSWERS,
      ],
    ];
  for (const [what, bytes, expected, likely, read] of cases) {
    trial.step(what);
    let decoded: DecodedMessage;
    try {
      decoded = decode(bytes, ID);
    } catch (error) {
      trial.fail({
        problem: `It threw ${error}.`,
        received: bytes,
        likely,
        read,
      }, {
        cause: error,
      });
    }
    trial.equal(
      decoded,
      { isTruncated: false, rcode: 0, answers: [], ...expected },
      { likely, read },
    );
  }
  checkRefused(decode, trial, encodeDns({ ...base, answers: chain }));
}

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
    "the stack. Let each pointer lead further ahead than the last one, or " +
    "count them.";
  // The answer's name begins here: behind the header and the question.
  const name = 12 + 18 + 4;
  const ring = [1, 0x61, 0xc0, name];
  const short = encodeDns({
    id: ID,
    isResponse: true,
    answers: [{
      ...a("a", ""),
      data: { kind: "other", bytes: new Uint8Array(3) },
    }],
  });
  const cases: [string, Uint8Array, string, string][] = [
    [
      "the answer to another query",
      changed(0, 0x43, 0x21),
      "Anybody may send a datagram to your port. Compare the id, before you " +
      "believe a word of it.",
      ANSWERS,
    ],
    [
      "a query, and no response",
      changed(2, 0x01, 0x00),
      "The highest bit of the flags, QR, says that it is a response.",
      ANSWERS,
    ],
    ["a pointer to itself", changed(name, 0xc0, name), loop, POINTERS],
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
      "Only 00 is a label, and only 11 is a pointer.",
      POINTERS,
    ],
    [
      "an address of three bytes",
      short,
      "Compare the size of the data with 4 before you read an address.",
      RECORDS,
    ],
  ];
  for (const [what, bytes, likely, read] of cases) {
    trial.step(what);
    requireThrow(trial, () => decode(bytes, ID), {
      Class: TypeError,
      likely,
      read,
    });
  }
  trial.step("the same answer, cut off after each of its bytes");
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
}

function requireThrow(
  trial: Trial,
  run: () => unknown,
  { Class, likely, read }: {
    Class: typeof RangeError | typeof TypeError;
    likely: string;
    read: string;
  },
): void {
  let received: unknown;
  try {
    received = run();
  } catch (error) {
    if (error instanceof Class) return;
    trial.fail({
      problem: "It threw another error than the one that was asked for.",
      expected: Class.name,
      received: String(error),
      likely,
      read,
    }, { cause: error });
  }
  trial.fail({
    problem: "It was taken.",
    expected: Class.name,
    received: received instanceof Uint8Array
      ? received
      : Deno.inspect(received),
    likely,
    read,
  });
}

/** Both exercises, in order. */
export const exercises = [encodeQuery, decodeMessage] as Exercise<unknown>[];
