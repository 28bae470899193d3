/** How an answer to 5.2 is checked. */
import {
  type CallResult,
  checkFunction,
  differenceAt,
  SAMPLE_TEXTS,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { encodeFrame as solution } from "../solution.ts";
import type { EncodeFrame } from "../types.ts";

const TEXTS = [
  "hi",
  "zwölf 🐢",
  "",
  ...Object.values(SAMPLE_TEXTS),
  "one\r\ntwo\0\n",
  "half a \ud83d, and \udc22 the other",
  "x".repeat(255),
  "x".repeat(300),
  "ö".repeat(40_000),
  "x".repeat(200_000),
];

/**
 * Checks an answer to 5.2.
 *
 * @param encodeFrame The answer.
 * @param trial The run of the check.
 */
export async function checkEncodeFrame(
  encodeFrame: EncodeFrame,
  trial: Trial,
): Promise<void> {
  await checkFunction(
    trial,
    encodeFrame,
    TEXTS.map((text) => ({
      args: [text],
      returns: solution(text),
      likely: (result) => explainFrame(result, text),
    })),
    { name: "encodeFrame" },
  );
}

/** Other texts that a mistake makes of the text, before it's encoded. */
const MISTAKES: { makes(text: string): string; likely: string }[] = [
  {
    makes: (text) => `${text}\n`,
    likely: "You put a \\n after the text. A frame needs no delimiter: its " +
      "length says where it ends, and every byte in it is part of the text.",
  },
  {
    makes: (text) => `${text}\0`,
    likely:
      "You put a 0 after the text. A frame needs no mark at its end: its " +
      "length says where that is.",
  },
  {
    makes: (text) => JSON.stringify(text),
    likely:
      "JSON.stringify() puts quotation marks around the text, and escapes " +
      "characters in it. Encode the text as it is.",
  },
  {
    makes: (text) => text.replaceAll("\r\n", "\n"),
    likely:
      "Both characters of a \\r\\n belong to the text. Change nothing in it.",
  },
  {
    makes: (text) => text.trim(),
    likely: "trim() takes spaces from both ends, and a byte order mark, too. " +
      "Change nothing in the text.",
  },
  ...["NFC", "NFD", "NFKC", "NFKD"].map((form) => ({
    makes: (text: string) => text.normalize(form),
    likely:
      "normalize() puts other characters in place of some, even if they " +
      "look alike. Change nothing in the text.",
  })),
  {
    makes: (text) => text.replaceAll("\ufeff", ""),
    likely: "A byte order mark (U+FEFF) is a character like others. Change " +
      "nothing in the text.",
  },
  {
    makes: (text) => text.replace(/\p{Surrogate}/gu, ""),
    likely:
      "Half a surrogate pair is a character, too: TextEncoder puts U+FFFD " +
      "in its place.",
  },
];

/** What the four bytes say tells how they were made. */
function explainFrame(
  { value: frame, error }: CallResult,
  text: string,
): string | undefined {
  if (error !== undefined) {
    return error instanceof URIError
      ? "encodeURIComponent() throws at half a surrogate pair, which a string " +
        "can hold. TextEncoder puts U+FFFD in its place."
      : undefined;
  }
  if (!(frame instanceof Uint8Array)) return undefined;
  if (frame.length < 4) return "Four bytes of length come first.";
  const isFrameOf = (other: string) =>
    other !== text && differenceAt(frame, solution(other)) === undefined;
  const payload = new TextEncoder().encode(text);
  const size = payload.length;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const said = view.getUint32(0);
  const body = frame.subarray(4);
  const isBody = body.length >= size &&
    payload.every((byte, i) => byte === body[i]);
  const mistake = MISTAKES.find(({ makes }) => isFrameOf(makes(text)));
  if (mistake !== undefined) return mistake.likely;
  const isStart = body.length < size &&
    body.every((byte, i) => byte === payload[i]);
  if (isStart && said === body.length && said !== text.length) {
    return `Your frame has only the first ${body.length} of ${size} bytes. A ` +
      "text may be of any length: make the array as long as its bytes are, " +
      "and cut nothing.";
  }
  if (said === size && isBody) {
    return "Return exactly the frame, with nothing after it: whatever follows " +
      "would be taken for the next frame's length.";
  }
  if (size > 0 && view.getUint32(0, true) === size) {
    return "The length is there, but its least significant byte is first: " +
      "that's little-endian. setUint32(0, size) is big-endian unless a third " +
      "argument says otherwise.";
  }
  if (said === text.length && said !== size) {
    return "text.length counts UTF-16 units, and not the bytes that follow. " +
      "Encode first, then take the length of the bytes.";
  }
  if (said === size || said === body.length) {
    return "After the length comes the text in UTF-8, which is what " +
      "TextEncoder makes. Every byte of it counts.";
  }
  if (isBody && said === size + 4) {
    return "The length says how many bytes follow it: its own four bytes do " +
      "not count.";
  }
  if (isBody && (said === size % 256 || said === size % 65536)) {
    return "The number needs all four bytes: a byte can only count to 255, " +
      "and two to 65535.";
  }
  return "The frame begins with four bytes of length, as a number and not as " +
    "digits: 00 00 00 02 for two bytes.";
}
