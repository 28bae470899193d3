/** Streams that 23.2 must reject, and the close code of each. */
import { NOT_UTF8, type StreamCase } from "../../../lib/workbook/kit/mod.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  header,
  join,
  MASK,
  part,
  PING,
  PONG,
  sent,
  TEXT,
  withBits,
} from "./frames.ts";
import { READ } from "./headings.ts";

/** Describes a thrown CloseError, so that a report can compare and show it. */
export function rejectedWith(code: number): string {
  return `a CloseError with ${code}`;
}

/** The name of a case, the bytes after a valid message, and the diagnosis. */
type Row = [step: string, sends: Uint8Array, likely: string, read?: string];

const MASKED =
  "The first bit of the second byte says whether the payload is masked. A " +
  "client must mask every frame, even an empty one: without a mask, a web page " +
  "could choose the bytes on the wire.";
const RSV =
  "RSV1, RSV2, and RSV3 belong to extensions, and none was agreed on. Test all " +
  "three bits of `first & 0x70` before you look at anything else.";
const OPCODE =
  "Nobody knows what this opcode means, so you can't know what to do with its " +
  "payload. Accept 0, 1, 2, 8, 9, and 10, and nothing else.";
const SHORTEST =
  "This length would fit in a shorter form, and only the shortest is valid: with " +
  "several forms for one length, two programs might read a frame differently.";
const CONTROL_SIZE =
  "A control frame has at most 125 bytes, so that it always fits between two " +
  "fragments. You know it from the first byte of the length: don't wait for more.";
const CONTROL_FIN =
  "A control frame must not be fragmented: its FIN is 1. You know it from the " +
  "first byte.";
const SEQUENCE =
  "Remember whether a message is under way. If it is, only opcode 0 (or a " +
  "control frame) may follow, and if it isn't, anything but 0.";
const CODE =
  "This close code is reserved, or isn't defined: 1005, 1006, and 1015 are only " +
  "for telling a program what happened, and never sent.";

const PROTOCOL_ERRORS: Row[] = [
  [
    "a text that isn't masked",
    Uint8Array.of(0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f),
    MASKED,
    READ.masks,
  ],
  [
    "an empty text that isn't masked",
    Uint8Array.of(0x81, 0),
    MASKED,
    READ.masks,
  ],
  ["a ping that isn't masked", Uint8Array.of(0x89, 0), MASKED, READ.masks],
  [
    "a Close frame that isn't masked",
    Uint8Array.of(0x88, 2, 3, 0xe8),
    MASKED,
    READ.masks,
  ],
  ...[0x40, 0x20, 0x10, 0x70].flatMap((bits): Row[] => [
    [
      `a text with the bits ${bits.toString(16)} set in its first byte`,
      withBits(bits, sent(TEXT, "Hello")),
      RSV,
    ],
    [
      `a ping with the bits ${bits.toString(16)} set in its first byte`,
      withBits(bits, sent(PING)),
      RSV,
    ],
  ]),
  ...[3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].map((opcode): Row => [
    `a frame with opcode ${opcode}`,
    sent(opcode, "?"),
    OPCODE,
  ]),
  ["a length of 0 in two bytes", header(TEXT, 126, [0, 0]), SHORTEST],
  [
    "a length of 125 in two bytes",
    join(header(TEXT, 126, [0, 125]), new Uint8Array(125)),
    SHORTEST,
  ],
  [
    "a length of 5 in eight bytes",
    join(header(TEXT, 127, [0, 0, 0, 0, 0, 0, 0, 5]), new Uint8Array(5)),
    SHORTEST,
  ],
  [
    "a length of 65535 in eight bytes",
    header(BINARY, 127, [0, 0, 0, 0, 0, 0, 0xff, 0xff]),
    SHORTEST,
  ],
  [
    "a ping with two bytes of length",
    header(PING, 126, [0, 126]),
    CONTROL_SIZE,
  ],
  [
    "the first two bytes of a Close frame of 126 bytes or more",
    Uint8Array.of(0x88, 0xfe),
    CONTROL_SIZE,
  ],
  [
    "a pong with eight bytes of length",
    header(PONG, 127, [0, 0, 0, 0, 0, 1, 0, 0]),
    CONTROL_SIZE,
  ],
  ...[PING, PONG, CLOSE].map((opcode): Row => [
    `a control frame (${opcode}) with FIN 0`,
    part(opcode, ""),
    CONTROL_FIN,
  ]),
  ["a continuation without a message", sent(0, "lo"), SEQUENCE, READ.fragments],
  [
    "a continuation after a whole message",
    join(part(0, "c"), sent(0, "d")),
    SEQUENCE,
    READ.fragments,
  ],
  [
    "a new text inside a message",
    join(part(TEXT, "Hel"), sent(TEXT, "lo")),
    SEQUENCE,
    READ.fragments,
  ],
  [
    "new bytes inside a text",
    join(part(TEXT, "Hel"), part(BINARY, "lo")),
    SEQUENCE,
    READ.fragments,
  ],
  [
    "a length of 2^63 bytes",
    header(BINARY, 127, [0x80, 0, 0, 0, 0, 0, 0, 0]),
    "The first of the 64 bits must be 0: a program that reads them with a sign " +
    "would find a length below 0.",
  ],
  // With a 0 after it, 15 would be 3840, which is a valid code.
  ...[3, 15].map((byte): Row => [
    `a Close frame of one byte, ${byte}`,
    sent(CLOSE, Uint8Array.of(byte)),
    "A close code has two bytes: one of them isn't a code.",
    READ.closing,
  ]),
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map(
    (code): Row => [
      `a Close frame with ${code}`,
      sent(CLOSE, closePayload(code)),
      CODE,
      READ.closing,
    ],
  ),
];

const UTF8 =
  'Text must be UTF-8. Decode it with `new TextDecoder("utf-8", { fatal: true, ' +
  "ignoreBOM: true })`, which throws instead of writing �.";

const NOT_TEXT: Row[] = Object.entries(NOT_UTF8).flatMap(([name, bytes]) => [
  [`a text with ${name}`, sent(TEXT, bytes), UTF8],
  [
    `the same in two fragments`,
    join(part(TEXT, bytes.subarray(0, 2)), sent(0, bytes.subarray(2))),
    UTF8,
    READ.fragments,
  ],
  [
    "a Close frame whose reason isn't UTF-8",
    sent(CLOSE, join(closePayload(1000), bytes)),
    `A reason is text, too. ${UTF8}`,
    READ.closing,
  ],
]);

/**
 * Messages over a limit of 10 bytes. The payload that they claim never comes.
 */
const TOO_LARGE: Row[] = [
  ["a text of 11 bytes", header(TEXT, 11)],
  ["6 bytes, and 5 more", join(part(BINARY, "012345"), header(0, 5))],
  [
    "4 bytes, 4 more, and again 4 more",
    join(part(BINARY, "0123"), part(0, "4567"), header(0, 4)),
  ],
  [
    "6 bytes, and 5 more in a fragment that isn't the last",
    join(part(BINARY, "012345"), Uint8Array.of(0, 0x85, ...MASK)),
  ],
  ["65536 bytes", header(BINARY, 127, [0, 0, 0, 0, 0, 1, 0, 0])],
  [
    "2^32 + 3 bytes, of which three arrive",
    join(header(BINARY, 127, [0, 0, 0, 1, 0, 0, 0, 3]), Uint8Array.of(1, 2, 3)),
  ],
  ["2^62 bytes", header(BINARY, 127, [0x40, 0, 0, 0, 0, 0, 0, 0])],
].map(([step, sends]) =>
  [
    `${step}, where 10 are allowed`,
    sends,
    "Compare the size with the limit as soon as you know it, all fragments " +
    "together, before you wait for the payload or make room for it. Eight bytes of " +
    "length are one number: the upper four count, too.",
  ] as Row
);

function rejected(
  code: number,
  args?: unknown[],
): (row: Row) => StreamCase {
  return ([step, sends, likely, read = READ.strict]) => ({
    step,
    args,
    sends: join(sent(TEXT, "ok"), sends),
    then: "silence",
    values: [{ kind: "text", text: "ok" }, rejectedWith(code)],
    ends: "more",
    likely,
    cut: likely,
    read,
  });
}

const CUT = sent(TEXT, "x".repeat(200));

/** Streams that end too early. */
const INCOMPLETE: StreamCase[] = [
  ...[1, 2, 3, 4, 6, 8, 100, CUT.length - 1].map((size): StreamCase => ({
    step: `a text, and then ${size} bytes of a frame of ${CUT.length}`,
    sends: join(sent(TEXT, "ok"), CUT.subarray(0, size)),
    likely:
      "The stream ended in the middle of a frame, so something was lost. Only " +
      "between two messages does the end mean null.",
  })),
  {
    step: "a text, and then a first fragment",
    sends: join(sent(TEXT, "ok"), part(TEXT, "Hel")),
    likely: "The frame is complete, but its message isn't: its FIN was 0. " +
      "Something was lost.",
  },
].map((one): StreamCase => ({
  values: [{ kind: "text", text: "ok" }],
  ends: Deno.errors.UnexpectedEof,
  read: READ.fragments,
  ...one,
}));

/** Streams to reject. */
export const INVALID_FRAMES: StreamCase[] = [
  ...PROTOCOL_ERRORS.map(rejected(1002)),
  ...NOT_TEXT.map(rejected(1007)),
  ...TOO_LARGE.map(rejected(1009, [{ maxBytes: 10 }])),
  {
    ...rejected(1009)([
      "a message of 1048577 bytes, one more than the default limit",
      header(BINARY, 127, [0, 0, 0, 0, 0, 0x10, 0, 1]),
      "Without `maxBytes`, the limit is 1048576.",
    ]),
  },
  {
    ...rejected(1009, [{ maxBytes: 10 }])([
      "a first message of 11 bytes, where 10 are allowed",
      new Uint8Array(),
      "The first message counts like any other: begin with 0.",
    ]),
    sends: header(TEXT, 11),
    values: [rejectedWith(1009)],
  },
  {
    ...rejected(1009, [{ maxBytes: 10 }])([
      "6 bytes, a ping, and 5 more, where 10 are allowed",
      new Uint8Array(),
      "A ping between two fragments isn't part of the message, and doesn't end " +
      "it: go on counting where you were.",
    ]),
    sends: join(part(BINARY, "012345"), sent(PING), header(0, 5)),
    values: [{ kind: "ping", data: new Uint8Array() }, rejectedWith(1009)],
  },
  ...INCOMPLETE,
  {
    step: "a text, half a frame, and a reset",
    sends: join(sent(TEXT, "ok"), CUT.subarray(0, 50)),
    then: "reset",
    values: [{ kind: "text", text: "ok" }],
    likely: () =>
      "The connection failed. Let the error of read() pass: the client did " +
      "nothing wrong, so it isn't a CloseError.",
    read: READ.strict,
  },
];
