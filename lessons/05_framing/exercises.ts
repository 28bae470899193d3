/** The exercises of lesson 5. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkEncodeFrame } from "./checks/encode_frame.ts";
import { FRAMES, LINES } from "./checks/explain.ts";
import { checkReadFrames } from "./checks/read_frames.ts";
import { checkReadLines } from "./checks/read_lines.ts";
import * as solution from "./solution.ts";
import type { EncodeFrame, ReadMessages } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<ReadMessages>({
    id: "5.1",
    title: "Read lines",
    passed:
      "It splits the bytes at each delimiter, and decodes a line only when it's complete.",
    real: "lib/net/lines.ts",
    solution: solution.readLines,
    hints: [
      "One read returned the end of a line, two complete lines, and the start " +
      'of the next one, cut off inside an "ö". What can you decode now? What ' +
      "do you have to keep for the next read, and as what: text or bytes?",
      "Keep the bytes of the line that isn't complete yet. After each read, " +
      "append the new bytes. While there's a 0x0a in them, cut a line off the " +
      "front, decode it, and yield it. Then check how many bytes are left: if " +
      "they're over the limit, throw at once, but don't count the last byte if " +
      "it's a 0x0d. When the stream ends, the bytes you have left are the last " +
      "line, and the limit applies to it, too.",
      "Most of the code, inside the loop of reads:\n" +
      "    pending = join(pending, buffer.subarray(0, count));\n" +
      "    let end;\n" +
      "    while ((end = pending.indexOf(0x0a)) !== -1) {\n" +
      "      yield lineOf(withoutCR(pending.subarray(0, end)));\n" +
      "      pending = pending.subarray(end + 1);\n" +
      "    }\n" +
      "    if (withoutCR(pending).length > maxBytes) throw new RangeError(…);\n" +
      "Here lineOf() checks the limit and decodes. Its decoder throws a " +
      "TypeError if the bytes aren't UTF-8, and keeps a byte order mark:\n" +
      '    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })',
    ],
    read: LINES,
    check: checkReadLines,
  }),
  exercise<EncodeFrame>({
    id: "5.2",
    pure: true,
    title: "Put the length first",
    passed: "Its length counts bytes, in network byte order.",
    real: "lib/net/frames.ts",
    solution: solution.encodeFrame,
    hints: [
      'How many bytes does "ö" take? Can you see that in the string?',
      "Encode the text first, with TextEncoder. Then make an array with four " +
      "bytes more, write the length into the first four with a `DataView`, and " +
      "copy the text's bytes after it.",
      "Most of the code:\n" +
      "    const payload = new TextEncoder().encode(text);\n" +
      "    const frame = new Uint8Array(4 + payload.length);\n" +
      "    new DataView(frame.buffer).setUint32(0, payload.length);\n" +
      "    frame.set(payload, 4);\n" +
      "    return frame;",
    ],
    read: FRAMES,
    check: checkEncodeFrame,
  }),
  exercise<ReadMessages>({
    id: "5.3",
    title: "Read frames",
    passed: "It checks the length before it allocates memory for the text.",
    real: "lib/net/frames.ts",
    solution: solution.readFrames,
    hints: [
      "How many bytes do you need before you know the length? How many more " +
      "before you have the text? In lesson 4, you wrote a function that reads " +
      "exactly that many.",
      "In a loop, read four bytes, check the length, read that many bytes, " +
      "decode them, and yield the text. The stream may end before the first " +
      "byte of a length, and only there. So your read function needs a way to " +
      "tell you how many bytes it got.",
      "Most of the code, where readUpTo(size) returns fewer bytes only if the " +
      "stream ends:\n" +
      "    const header = await readUpTo(4);\n" +
      "    if (header.length === 0) return;\n" +
      "    if (header.length < 4) throw new Deno.errors.UnexpectedEof();\n" +
      "    const size = new DataView(header.buffer).getUint32(0);\n" +
      "    if (size > maxBytes) throw new RangeError();\n" +
      "    const payload = await readUpTo(size);\n" +
      "    if (payload.length < size) throw new Deno.errors.UnexpectedEof();\n" +
      "    yield decoder.decode(payload);\n" +
      "Use a decoder that throws a TypeError if the bytes aren't UTF-8, and " +
      "that keeps a byte order mark:\n" +
      '    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })',
    ],
    read: FRAMES,
    check: checkReadFrames,
  }),
];
