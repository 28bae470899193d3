/** Checks an answer to 23.3. */
import { encodeWebSocketFrame } from "../../../lib/wire/mod.ts";
import {
  aroundLimit,
  type CallResult,
  checkFunction,
  type FunctionCase,
  lettersFirst,
  SAMPLE_TEXTS,
  sampleBytes,
  sampleLetters,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { EncodeFrame } from "../types.ts";
import { READ } from "./headings.ts";

/** Checks an answer to 23.3. */
export async function checkEncodeFrame(
  encodeFrame: EncodeFrame,
  trial: Trial,
): Promise<void> {
  await checkFunction(trial, encodeFrame, CASES, { name: "encodeFrame" });
}

const TEXT = 0x1;
const BINARY = 0x2;
const MASK = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

function frame(
  opcode: number,
  payload: Uint8Array | string,
  mask?: Uint8Array,
): FunctionCase {
  const returns = encodeWebSocketFrame(opcode, payload, { mask });
  return {
    args: mask === undefined ? [opcode, payload] : [opcode, payload, { mask }],
    returns,
    likely: (result) => explain(result, { opcode, payload, mask, returns }),
  };
}

const SIZES = [
  ...aroundLimit(125),
  ...aroundLimit(255),
  ...aroundLimit(65535),
  70_000,
];

const CASES: FunctionCase[] = [
  frame(TEXT, "Hello"),
  frame(BINARY, Uint8Array.of(0, 1, 0xff)),
  frame(TEXT, ""),
  { ...frame(TEXT, "empty options"), args: [TEXT, "empty options", {}] },
  ...[0x8, 0x9, 0xa].map((opcode) => frame(opcode, sampleLetters(3))),
  frame(TEXT, "Hello", MASK),
  ...lettersFirst((sample) => frame(BINARY, sample(10), MASK)),
  frame(BINARY, sampleBytes(4), new Uint8Array(4)),
  frame(BINARY, new Uint8Array(), MASK),
  frame(0x9, "", MASK),
  ...SIZES.flatMap((size) =>
    lettersFirst((sample) => frame(BINARY, sample(size)))
  ),
  ...[125, 126, 65535, 65536].flatMap((size) =>
    lettersFirst((sample) => frame(BINARY, sample(size), MASK))
  ),
  ...Object.values(SAMPLE_TEXTS).map((text) => frame(TEXT, text)),
  frame(TEXT, "ö".repeat(100)),
  frame(TEXT, "ö".repeat(100), MASK),
  ...[0x8, 0x9, 0xa, 0xf].flatMap((opcode) =>
    lettersFirst((sample) => frame(opcode, sample(125)))
  ),
  frame(0x7, sampleBytes(126)),
  ...[0x8, 0x9, 0xa].flatMap((opcode): FunctionCase[] =>
    [sampleBytes(126), sampleBytes(65536), "ö".repeat(63)].map((payload) => ({
      args: [opcode, payload],
      throws: RangeError,
      likely:
        "Opcodes of 8 and above are control frames, which have at most 125 " +
        "bytes. Count bytes, not characters.",
      read: READ.strict,
    }))
  ),
];

const UNITS =
  "text.length counts UTF-16 units. The length of a frame counts bytes: encode " +
  "first, and take the length of that.";

/** Recognizes mistakes by the bytes of a frame. */
function explain(
  { value: frame, error }: CallResult,
  { opcode, payload, mask, returns }: {
    opcode: number;
    payload: Uint8Array | string;
    mask?: Uint8Array;
    returns: Uint8Array;
  },
): string | { likely: string; read?: string } | undefined {
  const data = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const size = data.length;
  if (error !== undefined && payload.length < size) return UNITS;
  if (error !== undefined) {
    return 'If it\'s "Maximum call stack size exceeded": `...payload` makes an ' +
      "argument of each byte. Make an array of the right length, and use set().";
  }
  if (!(frame instanceof Uint8Array)) return undefined;
  if (frame[0] === opcode) {
    return "The first bit, FIN, says that this is the last fragment of the " +
      "message. Set it: 0x80 | opcode.";
  }
  if (frame[0] !== returns[0]) {
    return "The first byte is FIN, three bits of 0, and the opcode: " +
      "0x80 | opcode.";
  }
  if ((frame[1] ^ returns[1]) === 0x80) {
    return mask === undefined
      ? "The first bit of the second byte says that the frame is masked. " +
        "Without a mask, it's 0."
      : "With a mask, the first bit of the second byte is 1: 0x80 | length.";
  }
  if (frame[1] !== returns[1]) return explainLength(frame, payload, size);
  const head = returns.length - size - (mask === undefined ? 0 : 4);
  const isHead = returns.subarray(0, head).every((byte, i) =>
    byte === frame[i]
  );
  if (!isHead) {
    const isLittle = returns.slice(2, head).toReversed()
      .every((byte, i) => byte === frame[2 + i]);
    if (isLittle) {
      return "The length is there, but its least significant byte is first: " +
        "that's little-endian. setUint16(2, size) is big-endian unless a third " +
        "argument says otherwise.";
    }
    return "After 126 come two bytes of length, and after 127 eight, in " +
      "big-endian. For eight of them, use setBigUint64(2, BigInt(size)): " +
      "shifts work on 32 bits only.";
  }
  if (mask === undefined) {
    return "After the length comes the payload, and nothing else. Text is " +
      "encoded by TextEncoder.";
  }
  const isKey = mask.every((byte, i) => byte === frame[head + i]);
  if (!isKey) {
    return {
      likely:
        "The masking key comes between the length and the payload, as it " +
        "is: without it, the receiver couldn't unmask anything.",
      read: READ.frame,
    };
  }
  const body = frame.subarray(head + 4);
  if (size > 0 && data.every((byte, i) => byte === body[i])) {
    return {
      likely: "The key is there, but the payload isn't masked: byte i is " +
        "`payload[i] ^ mask[i % 4]`.",
      read: READ.frame,
    };
  }
  return {
    likely:
      "Byte i of the masked payload is `payload[i] ^ mask[i % 4]`, where i " +
      "counts from the start of the payload.",
    read: READ.frame,
  };
}

function explainLength(
  frame: Uint8Array,
  payload: Uint8Array | string,
  size: number,
): string {
  const short = frame[1] & 0x7f;
  if (typeof payload === "string" && short === payload.length) {
    return UNITS;
  }
  if (short === 126 && size < 126) {
    return "Up to 125, the length fits in the seven bits themselves. 126 and " +
      "127 say that more bytes of length follow.";
  }
  if (short === 127 && size < 65536) {
    return "Up to 65535, the length fits in two bytes after 126. Only the " +
      "shortest form is valid.";
  }
  if (short === 126 && size > 65535) {
    return "Two bytes count to 65535. From 65536 on, it's 127 and eight bytes.";
  }
  return "The seven bits after MASK are the length if it's at most 125, 126 if " +
    "two bytes of length follow, and 127 if eight do.";
}
