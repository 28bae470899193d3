/** Checks an answer to 24.1. */
import {
  type Advice,
  aroundLimit,
  type CallResult,
  checkClass,
  countedSample,
  lettersFirst,
  type MethodCall,
  type ObjectCase,
  sampleLetters,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { RecordReaderClass } from "../types.ts";

const RECORDS = "A stream of records";
const LIMIT = 2 ** 14 + 256;

/** Encodes a record. */
export function recordBytes(
  type: number,
  fragment: Uint8Array,
  { version = 0x0303, length = fragment.length } = {},
): Uint8Array {
  const header = [
    type,
    version >> 8,
    version & 0xff,
    length >> 8,
    length & 255,
  ];
  return Uint8Array.of(...header, ...fragment);
}

function join(...pieces: Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

function push(bytes: Uint8Array): MethodCall {
  return { do: "push", args: [bytes] };
}

function next(
  type: number,
  fragment: Uint8Array,
  version = 0x0303,
): MethodCall {
  return { do: "next", args: [], returns: { type, version, fragment } };
}

const NOTHING: MethodCall = { do: "next", args: [], returns: null };
const END: MethodCall = { do: "end", args: [] };

function rejects(
  Class: ErrorConstructor | ErrorConstructor[],
  likely: string,
): MethodCall {
  return { do: "next", args: [], throws: Class, likely };
}

const LETTERS = sampleLetters(113);
const [A, B, C] = [[0, 70], [70, 110], [110, 113]]
  .map(([start, end]) => LETTERS.slice(start, end));

/** Pushes a stream in pieces of one size, and calls next() after each. */
function inPieces(size: number, ...records: [number, Uint8Array][]) {
  const bytes = join(...records.map((one) => recordBytes(...one)));
  const ends = records.map(([, { length }]) => 5 + length)
    .map((_, i, sizes) => sizes.slice(0, i + 1).reduce((a, b) => a + b));
  const calls: MethodCall[] = [];
  let returned = 0;
  for (let at = 0; at < bytes.length; at += size) {
    calls.push(push(bytes.slice(at, at + size)));
    while (ends[returned] <= at + size) {
      calls.push(next(...records[returned++]));
    }
    calls.push(NOTHING);
  }
  return [...calls, END];
}

const SPLIT =
  "A read may end anywhere, even inside the header, and may return the start " +
  "of the next record. Keep what you haven't used, and return null until you " +
  "have the 5 bytes of a header and as many more as its length says.";
const EARLY =
  "The header alone says that this can't be right. Check it as soon as you " +
  "have its five bytes, before you wait for a fragment that may never arrive.";

const STORIES: ObjectCase[] = [
  {
    step: "one record in one piece",
    calls: [push(recordBytes(22, A)), next(22, A), NOTHING, END],
    likely: "A header has five bytes: the type, the version in two, and the " +
      "length in two, the more significant one first.",
  },
  ...[20, 21].map((type): ObjectCase => ({
    step: `a record of type ${type} and version 0x03ff`,
    calls: [
      push(recordBytes(type, C, { version: 0x03ff })),
      next(type, C, 0x03ff),
      NOTHING,
      END,
    ],
    likely: "Types 20 to 23 are fine, and any version whose first byte is 3.",
  })),
  ...lettersFirst((sample): ObjectCase => ({
    step: `a record of ${countedSample(sample(300))}, so that both bytes of ` +
      "its length count",
    calls: [
      push(recordBytes(23, sample(300))),
      next(23, sample(300)),
      NOTHING,
      END,
    ],
    likely: "The length is big-endian: 01 2c is 1 × 256 + 44.",
  })),
  {
    step: "three records in one piece, of different types and versions",
    calls: [
      push(join(
        recordBytes(22, A, { version: 0x0301 }),
        recordBytes(20, B),
        recordBytes(23, C, { version: 0x0304 }),
      )),
      next(22, A, 0x0301),
      next(20, B),
      next(23, C, 0x0304),
      NOTHING,
      END,
    ],
    likely:
      "One read may return several records. Return the first one, and keep " +
      "the rest for the next calls.",
  },
  {
    step: "two records of the same type",
    calls: [
      push(join(recordBytes(23, A), recordBytes(23, B))),
      next(23, A),
      next(23, B),
      NOTHING,
      END,
    ],
    likely:
      "Return each record separately, even if the one before it has the same " +
      "type.",
  },
  ...[1, 4, 7].map((size): ObjectCase => ({
    step: `the same records, ${size} byte${size > 1 ? "s" : ""} at a time`,
    calls: inPieces(size, [22, A], [20, C], [23, B], [23, C]),
    likely: SPLIT,
  })),
  {
    step: "the header comes first, and the fragment later",
    calls: [
      push(recordBytes(22, A).slice(0, 5)),
      NOTHING,
      push(A),
      next(22, A),
      NOTHING,
      END,
    ],
    likely: SPLIT,
  },
  ...[1, 4, 5, 30].map((size): ObjectCase => ({
    step: `the stream ends ${size} byte${size > 1 ? "s" : ""} into a record`,
    calls: [
      push(join(recordBytes(22, B), recordBytes(23, A).slice(0, size))),
      next(22, B),
      NOTHING,
      {
        do: "end",
        args: [],
        throws: Deno.errors.UnexpectedEof,
        likely:
          "Part of a record is still here, so the stream was cut off. Half a " +
          "header counts, too. Throw Deno.errors.UnexpectedEof.",
      },
    ],
    likely: SPLIT,
  })),
  {
    step: "a record without any bytes, and one after it",
    calls: [
      push(join(recordBytes(23, new Uint8Array()), recordBytes(21, C))),
      next(23, new Uint8Array()),
      next(21, C),
      NOTHING,
      END,
    ],
    likely: "A length of 0 is fine: the record is its header.",
  },
  ...aroundLimit(LIMIT).filter((size) => size <= LIMIT).map((
    size,
  ): ObjectCase => ({
    step: `a record of ${size} bytes`,
    calls: [
      push(recordBytes(23, sampleLetters(size))),
      next(23, sampleLetters(size)),
      NOTHING,
      END,
    ],
    likely: `A fragment may have up to 2^14 + 256 bytes, which is ${LIMIT}.`,
  })),
  ...[LIMIT + 1, 0xffff].map((length): ObjectCase => ({
    step: `a header with length ${length}, and nothing more yet`,
    calls: [
      push(recordBytes(23, new Uint8Array(), { length })),
      rejects(
        RangeError,
        `The limit is ${LIMIT} bytes. Check it when the header has arrived: a ` +
          "length is only a claim (lesson 22), and you would keep up to 65535 " +
          "bytes for each client.",
      ),
    ],
  })),
  {
    step: "a good record, and then one that's too long",
    calls: [
      push(join(
        recordBytes(22, A),
        recordBytes(23, new Uint8Array(), { length: LIMIT + 1 }),
      )),
      next(22, A),
      rejects(
        RangeError,
        "The first record is fine: return it. The second " +
          "call meets the header that isn't.",
      ),
    ],
    likely: "The first record is fine, so return it. Look at the next header " +
      "only when you're asked for the next record.",
  },
  ...[19, 24, 0x47].map((type): ObjectCase => ({
    step: type === 0x47
      ? 'an HTTP request in the clear, "GET / HTTP/1.1"'
      : `a record of type ${type}`,
    calls: [
      push(
        type === 0x47
          ? new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")
          : recordBytes(type, A),
      ),
      rejects(
        TypeError,
        "The types are 20 to 23. Anything else isn't TLS, " +
          "whatever a length would be in it.",
      ),
    ],
  })),
  ...[0x0200, 0x0403, 0x0503].map((version): ObjectCase => ({
    step: `a record of version 0x0${version.toString(16)}`,
    calls: [
      push(recordBytes(22, A, { version })),
      rejects(
        TypeError,
        "The first byte of every version is 3. The second " +
          "one doesn't matter.",
      ),
    ],
  })),
  ...[[19, 0x0303, "type"], [22, 0x0203, "version"]].map((
    [type, version, what],
  ): ObjectCase => ({
    step: `a header with a wrong ${what}, and nothing more yet`,
    calls: [
      push(recordBytes(type as number, new Uint8Array(), {
        version: version as number,
        length: 9,
      })),
      rejects(TypeError, EARLY),
    ],
  })),
  {
    step: "a header whose type and length are both wrong",
    calls: [
      push(recordBytes(19, new Uint8Array(), { length: 0xffff })),
      rejects([RangeError, TypeError], EARLY),
    ],
  },
  ...([[19, 9, TypeError], [23, 0xffff, RangeError]] as const).map((
    [type, length, Class],
  ): ObjectCase => ({
    step: `a wrong header (type ${type}, length ${length}), and then a good ` +
      "record",
    calls: [
      push(recordBytes(type, new Uint8Array(), { length })),
      rejects(Class, EARLY),
      push(recordBytes(22, A)),
      rejects(
        Class,
        "After a wrong header, you can't know where the next record starts. So " +
          "next() must throw the same again, whatever comes.",
      ),
    ],
  })),
  {
    step: "the stream ends before it has begun",
    calls: [NOTHING, push(new Uint8Array()), NOTHING, END],
    likely: "No byte has arrived, so no record was cut off: null, and no " +
      "error.",
  },
];

function explain({ value, error }: CallResult): Partial<Advice> | undefined {
  if (value === undefined && error === undefined) {
    return { likely: "next() returns null until a whole record has arrived." };
  }
  if (Array.isArray(value)) {
    return { likely: "next() returns one record, and the caller asks again." };
  }
  const { type, version, fragment } = Object(value);
  if (fragment === undefined) return undefined;
  if (!(fragment instanceof Uint8Array)) {
    return { likely: "`fragment` is a Uint8Array." };
  }
  if (typeof type !== "number" || typeof version !== "number") {
    return {
      likely: "`type` and `version` are numbers, such as 22 and 0x0303.",
    };
  }
  return undefined;
}

/**
 * Checks an answer to 24.1.
 *
 * @param RecordReader The answer.
 * @param trial The run of the check.
 */
export async function checkRecordReader(
  RecordReader: RecordReaderClass,
  trial: Trial,
): Promise<void> {
  await checkClass(
    trial,
    () => new RecordReader(),
    STORIES.map((one) => ({ read: RECORDS, ...one })),
    {
      name: "RecordReader",
      copies: true,
      givesAway: true,
      explain: (result, due) =>
        due.returns === undefined ? undefined : explain(result),
    },
  );
}
