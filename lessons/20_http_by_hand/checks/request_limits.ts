/** Requests at the limits, and beyond them. */
import { concat } from "../../../lib/wire/bytes.ts";
import {
  aroundLimit,
  type StreamCase,
  toBytes,
} from "../../../lib/workbook/kit/mod.ts";
import type { RequestLimits } from "../types.ts";
import {
  CHUNKED,
  chunkedDue,
  due,
  GET_NEXT,
  LIMITS,
  NEXT_DUE,
  postDue,
  postOf,
} from "./requests.ts";

const HEADS: StreamCase[] = [
  ...aroundLimit(100).map((size) => headOf(size, { maxHeadBytes: 100 })),
  headOf(8192),
  headOf(8193),
  headOf(10_000, { maxHeadBytes: 10_000 }),
];

/** Makes a head of this many bytes, and a request after it if it's allowed. */
function headOf(size: number, limits?: RequestLimits): StreamCase {
  const x = "x".repeat(size - 32);
  const is = size <= (limits?.maxHeadBytes ?? 8192);
  return {
    step: `${shown(limits)}: a head of ${size} bytes` +
      (is ? ", and a request after it" : ""),
    sends: `GET / HTTP/1.1\r\nHost: a\r\nX: ${x}\r\n\r\n` +
      (is ? GET_NEXT : ""),
    args: limits && [limits],
    ...is
      ? { values: [due("GET /", { x }), NEXT_DUE] }
      : { then: "silence", ends: RangeError },
    // With reads of one byte, many answers would search the whole head again
    // for each.
    readSizes: size > 1000 ? [4096] : undefined,
    likely: is
      ? "The limit is for one head, with its blank line, and a head of exactly " +
        "that size is allowed. What follows the head doesn't count, and the " +
        "caller's limit replaces the default."
      : "A head that's one byte over the limit is too long. The blank line " +
        "counts.",
  };
}

const CLAIM =
  "A length is only what the peer claims. Check it before you allocate that " +
  "much or wait for it: without a limit, any client can fill your memory.";
const EXACT = "A body of exactly the limit is allowed, in chunks as well.";
const SUM = "The limit is for the whole body, so add up the chunks: each may " +
  "be small, and the last one may never come.";

const TEN = { maxBodyBytes: 10 };
const DEFAULT = 1024 * 1024;

const BODIES: StreamCase[] = [
  ...aroundLimit(10).map((size): StreamCase => ({
    step: `maxBodyBytes 10: a body of ${size} bytes, and a request after it`,
    sends: postOf(size) + GET_NEXT,
    args: [TEN],
    values: size > 10 ? [] : [postDue(size), NEXT_DUE],
    ends: size > 10 ? RangeError : "end",
    likely: size > 10 ? CLAIM : EXACT,
  })),
  {
    step: "maxBodyBytes 10: chunks of 4, 5, and 1 bytes",
    sends: `${CHUNKED}4\r\nxxxx\r\n5\r\nxxxxx\r\n1\r\nx\r\n0\r\n\r\n`,
    args: [TEN],
    values: [chunkedDue("x".repeat(10))],
    likely: EXACT,
  },
  {
    step: "maxBodyBytes 10: chunks of 4, 5, and 2 bytes",
    sends: `${CHUNKED}4\r\nxxxx\r\n5\r\nxxxxx\r\n2\r\nxx\r\n0\r\n\r\n`,
    args: [TEN],
    ends: RangeError,
    likely: SUM,
  },
  {
    step:
      "maxBodyBytes 10: chunks of 4 and 5 bytes, the size of one of 2, and " +
      "the client waits",
    sends: `${CHUNKED}4\r\nxxxx\r\n5\r\nxxxxx\r\n2\r\n`,
    args: [TEN],
    then: "silence",
    ends: RangeError,
    likely:
      "With this chunk, the body would have 11 bytes: add its size to what " +
      "you have before you wait for its data.",
  },
  {
    step: "maxBodyBytes 0: requests without a body, and with one of 1 byte",
    sends: GET_NEXT + postOf(0) + postOf(1),
    args: [{ maxBodyBytes: 0 }],
    values: [NEXT_DUE, postDue(0)],
    ends: RangeError,
    likely: "A limit of 0 is a limit: no body has more bytes than that. `||` " +
      "treats 0 like a missing limit; `??` and a default value don't.",
  },
  {
    step: `no limits: a body of ${DEFAULT} bytes, and a request after it`,
    sends: concat([toBytes(postOf(DEFAULT)), toBytes(GET_NEXT)]),
    values: [postDue(DEFAULT), NEXT_DUE],
    readSizes: [],
    likely:
      `A body of ${DEFAULT} bytes is allowed if you're given no limit. It ` +
      "takes many reads: keep reading until you have all of it.",
  },
  {
    step: `maxBodyBytes ${2 * DEFAULT}: Content-Length says as much, and the ` +
      "client waits",
    sends: postOf(2 * DEFAULT, ""),
    args: [{ maxBodyBytes: 2 * DEFAULT }],
    then: "silence",
    likely: () =>
      "The caller's limit replaces the default: this body is allowed, so wait " +
      "for it.",
  },
  ...Object.entries({
    "Content-Length: 1048577": postOf(DEFAULT + 1, ""),
    "a chunk whose size is 100001": `${CHUNKED}100001\r\n`,
    // Cut to 32 bits, these are 5.
    "Content-Length: 4294967301": postOf(2 ** 32 + 5, "hello"),
    "a chunk whose size is 100000005": `${CHUNKED}100000005\r\nhello\r\n`,
    "a chunk whose size is 10000000000000005":
      `${CHUNKED}10000000000000005\r\nhello\r\n`,
  }).map(([what, sends]): StreamCase => ({
    step: `no limits: ${what}, and the client waits`,
    sends,
    then: "silence",
    ends: RangeError,
    maxRoom: 16 * DEFAULT,
    likely: CLAIM,
  })),
];

const ENDLESS_HEAD =
  "Check how much you've kept after each read, all lines together. Don't wait " +
  "for the end of the head to see that it's too long: the end may never come.";

const ENDLESS: StreamCase[] = [
  {
    step: "no limits: one field without end",
    sends: "GET / HTTP/1.1\r\nHost: a\r\nX: ",
    endless: "x",
    ends: RangeError,
    likely: ENDLESS_HEAD,
  },
  {
    step: "no limits: short fields without end",
    sends: "GET / HTTP/1.1\r\nHost: a",
    endless: "\r\nX: y",
    ends: RangeError,
    likely: ENDLESS_HEAD,
  },
  {
    step:
      "maxHeadBytes 100: 101 bytes of a head without an end, and the client " +
      "waits",
    sends: `GET / HTTP/1.1\r\nX: ${"x".repeat(82)}`,
    args: [{ maxHeadBytes: 100 }],
    then: "silence",
    ends: RangeError,
    likely: "There are 101 bytes, and the head isn't over, so you know that " +
      "it's too long: don't wait for more.",
  },
  {
    step: "no limits: the size of a chunk is 000… without end",
    sends: CHUNKED,
    endless: "0",
    ends: [RangeError, TypeError],
    likely:
      "The line with the size of a chunk may never end, just like a head: " +
      "check how much of it you've kept after each read.",
  },
];

/** Limits, in the order in which they're tried. */
export const REQUEST_LIMITS: StreamCase[] = [...HEADS, ...ENDLESS, ...BODIES]
  .map((one) => ({ ...one, read: LIMITS }));

function shown(limits: RequestLimits | undefined): string {
  return limits === undefined
    ? "no limits"
    : Object.entries(limits).flat().join(" ");
}
