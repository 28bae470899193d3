/** Streams of valid frames, and the messages in them. */
import {
  countedSample,
  lettersFirst,
  NOT_UTF8,
  SAMPLE_TEXTS,
  sampleLetters,
  type StreamCase,
  type StreamResult,
} from "../../../lib/workbook/kit/mod.ts";
import type { Message } from "../types.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  join,
  part,
  PING,
  PONG,
  sent,
  TEXT,
} from "./frames.ts";
import { READ } from "./headings.ts";

const text = (text: string): Message => ({ kind: "text", text });
const binary = (data: Uint8Array): Message => ({ kind: "binary", data });
const ping = (data: Uint8Array): Message => ({ kind: "ping", data });
const pong = (data: Uint8Array): Message => ({ kind: "pong", data });
const close = (code: number, reason: string): Message => ({
  kind: "close",
  code,
  reason,
});
const utf8 = (text: string) => new TextEncoder().encode(text);

const UNMASK =
  "Byte i of the payload is `masked[i] ^ mask[i % 4]`, where i counts from the " +
  "start of the payload, even if several reads returned it.";
const LOST =
  "What you read after the end of a frame is the next one: it came in the same " +
  "read. Keep it in a field until the next call.";

/** Streams that every answer should be tried on first. */
export const FIRST_MESSAGES: StreamCase[] = [
  {
    step: 'a client sends the text "Hello", waits, and sends "you"',
    sends: [sent(TEXT, "Hello"), sent(TEXT, "you")],
    early: true,
    values: [text("Hello"), text("you")],
    likely: `Return a message as soon as its last byte is there. ${UNMASK}`,
    read: READ.frame,
  },
  ...lettersFirst((sample): StreamCase => ({
    step: `three messages in one piece, one of ${countedSample(sample(7))}, ` +
      "and the client ends",
    sends: join(
      sent(TEXT, "one"),
      sent(BINARY, sample(7)),
      sent(TEXT, "three"),
    ),
    values: [text("one"), binary(sample(7)), text("three")],
    likely: ({ values, error }: StreamResult) =>
      values.length === 3 && error !== undefined
        ? "If the client ends between two messages, return null."
        : LOST,
    read: READ.frame,
  })),
];

const LENGTHS =
  "The first seven bits of the length are all of it up to 125. If they're 126, " +
  "the length is in the next two bytes, and if they're 127, in the next eight, " +
  "in big-endian.";

const SIZES = [0, 1, 125, 126, 127, 255, 256, 65535, 65536, 65537]
  .flatMap((size) =>
    lettersFirst((sample): StreamCase => ({
      step: `a message of ${countedSample(sample(size))}, and a text after it`,
      sends: join(sent(BINARY, sample(size)), sent(TEXT, "next")),
      values: [binary(sample(size)), text("next")],
      readSizes: size > 1000 ? [4096] : undefined,
      likely: ({ values }) => values.length > 1 ? LOST : LENGTHS,
      read: READ.frame,
    }))
  );

const WHOLE_TEXT =
  "Decode a text when all its fragments are there: one may end inside a " +
  "character. And pass ignoreBOM: true, or a TextDecoder drops a byte order mark.";

const TEXTS = Object.entries(SAMPLE_TEXTS).flatMap((
  [name, sample],
): StreamCase[] => [
  {
    step: `a text of ${name}`,
    sends: sent(TEXT, sample),
    values: [text(sample)],
    likely: WHOLE_TEXT,
    read: READ.fragments,
  },
  {
    step: `the same, in fragments of a byte each`,
    sends: inFragments(TEXT, utf8(sample), 1),
    values: [text(sample)],
    likely: WHOLE_TEXT,
    read: READ.fragments,
  },
]);

const FRAGMENTS =
  "A frame with FIN 0 isn't the whole message: more follows, in frames with " +
  "opcode 0, and the last one has FIN 1. Append their payloads.";
const CONTROL =
  "Control frames may come between the fragments of a message, and they're " +
  "messages of their own. Return them at once, and keep the fragments for the " +
  "next call.";
const CODE =
  "A Close frame's payload is the code in two bytes, and then the reason in " +
  "UTF-8. With no payload, the code is 1005.";

const FRAGMENTED: StreamCase[] = [
  {
    step: '"Hel" with FIN 0, and "lo"',
    sends: [part(TEXT, "Hel"), sent(0, "lo")],
    values: [text("Hello")],
    likely: FRAGMENTS,
  },
  {
    step: "a message in four fragments, two of them empty, and another one",
    sends: join(
      part(BINARY, ""),
      part(0, Uint8Array.of(1, 2, 3)),
      part(0, Uint8Array.of(4)),
      sent(0, ""),
      sent(TEXT, "whole"),
    ),
    values: [binary(Uint8Array.of(1, 2, 3, 4)), text("whole")],
    likely: FRAGMENTS,
  },
  {
    step: "two fragmented messages, one after the other",
    sends: join(
      part(TEXT, "a"),
      sent(0, "b"),
      part(BINARY, "c"),
      sent(0, "d"),
    ),
    values: [text("ab"), binary(utf8("cd"))],
    likely: `${FRAGMENTS} When a message is complete, forget its fragments ` +
      "and its opcode.",
  },
  {
    step: 'a ping between "Hel" and "lo", and the client waits for the pong',
    sends: [join(part(TEXT, "Hel"), sent(PING, "you?")), sent(0, "lo")],
    early: true,
    values: [ping(utf8("you?")), text("Hello")],
    likely: CONTROL,
  },
  {
    step: "a ping and a pong between the fragments of bytes",
    sends: join(
      part(BINARY, "a"),
      sent(PING, ""),
      part(0, "b"),
      sent(PONG, sampleLetters(125)),
      sent(0, "c"),
    ),
    values: [ping(utf8("")), pong(sampleLetters(125)), binary(utf8("abc"))],
    likely: CONTROL,
  },
  {
    step: "a Close frame between two fragments",
    sends: join(part(TEXT, "a"), sent(CLOSE, closePayload(1001, "bye"))),
    values: [close(1001, "bye")],
    ends: "more",
    likely: CONTROL,
  },
].map((one): StreamCase => ({ read: READ.fragments, ...one } as StreamCase));

const CLOSES = [
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014],
  ...[3000, 3999, 4000, 4999],
].map((code): StreamCase => ({
  step: `a Close frame with ${code}`,
  sends: sent(CLOSE, closePayload(code)),
  values: [close(code, "")],
  ends: "more",
  likely: `${CODE} ${code} is a code that a client may send.`,
  read: READ.closing,
}));

const CONTROLS: StreamCase[] = [
  {
    step: "a ping and a pong of bytes that aren't text",
    sends: join(
      sent(PING, NOT_UTF8["a byte that UTF-8 never uses"]),
      sent(PONG, ""),
    ),
    values: [
      ping(NOT_UTF8["a byte that UTF-8 never uses"]),
      pong(new Uint8Array()),
    ],
    likely:
      "Return a ping or a pong as soon as it's complete, in its turn. Its " +
      "data is any bytes, up to 125 of them.",
  },
  {
    step: "a Close frame without a code",
    sends: sent(CLOSE),
    values: [close(1005, "")],
    ends: "more",
    likely: CODE,
  },
  {
    step: 'a Close frame with 1000 and "zwölf"',
    sends: sent(CLOSE, closePayload(1000, "zwölf")),
    values: [close(1000, "zwölf")],
    ends: "more",
    likely: CODE,
  },
  {
    step: "a Close frame with a reason of 123 bytes",
    sends: sent(CLOSE, closePayload(1000, "r".repeat(123))),
    values: [close(1000, "r".repeat(123))],
    ends: "more",
    likely: CODE,
  },
].map((one): StreamCase => ({ read: READ.closing, ...one } as StreamCase));

const MARKED_REASON: StreamCase = {
  step: "a Close frame whose reason begins with a byte order mark",
  sends: sent(CLOSE, closePayload(1000, "\ufeffbye")),
  values: [close(1000, "\ufeffbye")],
  ends: "more",
  likely: WHOLE_TEXT,
  read: READ.closing,
};

const LIMIT =
  "The limit is on the payloads of one message, without headers, and without " +
  "control frames between them. A message of just that size is allowed.";

const LIMITS: StreamCase[] = [
  {
    step: "a message of 10 bytes, where 10 are allowed, and then another one",
    args: [{ maxBytes: 10 }],
    sends: join(sent(TEXT, "0123456789"), sent(TEXT, "abcdefghij")),
    values: [text("0123456789"), text("abcdefghij")],
    likely: `${LIMIT} Start counting again with each message.`,
  },
  {
    step: "fragments of 4, 6, and 0 bytes, with pings, where 10 are allowed",
    args: [{ maxBytes: 10 }],
    sends: join(
      part(BINARY, "0123"),
      sent(PING, "a ping of 18 bytes"),
      part(0, "456789"),
      sent(PING, ""),
      sent(0, ""),
    ),
    values: [
      ping(utf8("a ping of 18 bytes")),
      ping(new Uint8Array()),
      binary(utf8("0123456789")),
    ],
    likely: LIMIT,
  },
  {
    step: "a message of 1048576 bytes, which is the default limit",
    sends: sent(BINARY, new Uint8Array(1048576)),
    values: [binary(new Uint8Array(1048576))],
    readSizes: [],
    likely: LIMIT,
  },
].map((one): StreamCase => ({ read: READ.strict, ...one }));

/** Streams of valid frames. */
export const VALID_MESSAGES: StreamCase[] = [
  ...SIZES,
  ...CONTROLS,
  ...CLOSES,
  ...FRAGMENTED,
  ...TEXTS,
  MARKED_REASON,
  ...LIMITS,
];

/** Splits a message into fragments of `size` bytes. */
export function inFragments(
  opcode: number,
  data: Uint8Array,
  size: number,
): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += size) {
    frames.push(sent(
      at === 0 ? opcode : 0,
      data.subarray(at, at + size),
      at + size >= data.length,
    ));
  }
  return join(...frames);
}
