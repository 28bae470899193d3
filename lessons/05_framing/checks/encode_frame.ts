/** The check of exercise 5.2. */
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

/** Mistakes that put a different text into the frame. */
const MISTAKES: { makes(text: string): string; likely: string }[] = [
  {
    makes: (text) => `${text}\n`,
    likely: "You put a \\n after the text. A frame doesn't need a delimiter, " +
      "because its length says where it ends. The reader would take the \\n as " +
      "part of the text.",
  },
  {
    makes: (text) => `${text}\0`,
    likely:
      "You put a 0 after the text. A frame doesn't need one, because its " +
      "length says where it ends.",
  },
  {
    makes: (text) => JSON.stringify(text),
    likely:
      "You encoded the text with JSON.stringify(), which adds quotation " +
      "marks and escapes some characters. Encode the text as it is.",
  },
  {
    makes: (text) => text.replaceAll("\r\n", "\n"),
    likely:
      "You changed a \\r\\n to a \\n. Both characters are part of the text: " +
      "don't change it.",
  },
  {
    makes: (text) => text.trim(),
    likely: "You trimmed the text. trim() removes spaces and line endings at " +
      "both ends, and even a byte order mark. Don't change the text.",
  },
  ...["NFC", "NFD", "NFKC", "NFKD"].map((form) => ({
    makes: (text: string) => text.normalize(form),
    likely:
      "You normalized the text. normalize() replaces some characters with " +
      "others that look the same. Don't change the text.",
  })),
  {
    makes: (text) => text.replaceAll("\ufeff", ""),
    likely: "You removed a byte order mark (U+FEFF). It's part of the text: " +
      "don't change it.",
  },
  {
    makes: (text) => text.replace(/\p{Surrogate}/gu, ""),
    likely:
      "You dropped half a surrogate pair. TextEncoder puts U+FFFD in its " +
      "place, so the frame needs those three bytes.",
  },
];

/** Finds the mistake behind a wrong frame. */
function explainFrame(
  { value: frame, error }: CallResult,
  text: string,
): string | undefined {
  if (error !== undefined) {
    return error instanceof URIError
      ? "encodeURIComponent() throws on half a surrogate pair, and a string " +
        "can contain one. TextEncoder puts U+FFFD in its place."
      : undefined;
  }
  if (!(frame instanceof Uint8Array)) return undefined;
  if (frame.length < 4) {
    return "Your frame is too short: it starts with four bytes of length.";
  }
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
      "text can have any length, so make the array large enough for all of " +
      "its bytes.";
  }
  if (said === size && isBody) {
    return "You returned more bytes than the frame has. The reader would take " +
      "the extra ones as the next frame's length. Return exactly the frame, " +
      "with nothing after it.";
  }
  if (size > 0 && view.getUint32(0, true) === size) {
    return "You wrote the length in little-endian order: its least significant " +
      "byte comes first. The most significant byte has to come first " +
      "(big-endian), as setUint32(0, size) writes it.";
  }
  if (said === text.length && said !== size) {
    return "You used text.length, which counts UTF-16 units, not bytes. Encode " +
      "first, then use the length of the encoded bytes.";
  }
  if (said === size || said === body.length) {
    return "The bytes after the length aren't the text in UTF-8. TextEncoder " +
      "makes those bytes; put all of them into the frame.";
  }
  if (isBody && said === size + 4) {
    return "Your length is 4 too large. It says how many bytes follow, so its " +
      "own four bytes don't count.";
  }
  if (isBody && (said === size % 256 || said === size % 65536)) {
    return "Your length doesn't fit in the bytes you used: one byte can only " +
      "count to 255, and two to 65535. Use all four.";
  }
  return "Your frame doesn't start with the right length. Write it as a number " +
    "in four bytes, not as digits: 00 00 00 02 for two bytes.";
}
