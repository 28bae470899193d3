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
      "It splits bytes at the delimiter, and decodes a line only when the line is whole.",
    real: "lib/net/lines.ts",
    solution: solution.readLines,
    hints: [
      "A read gave the end of one line, two whole ones, and the first half of " +
      'the next, which ends inside an "ö". What can you decode now, and what ' +
      "must you keep, in which form, until more comes?",
      "Keep the bytes that aren't in a whole line yet. After each read, append " +
      "the new ones; while there is a 0x0a among them, cut a line off the " +
      "front, decode it, and yield it. Then look at how much is left: over the " +
      "limit with no 0x0a is an error at once, but the last byte doesn't count " +
      "if it's a 0x0d. At the end, what is left is the " +
      "last line, and the limit holds for it, too.",
      "Almost the code, inside the loop of reads:\n" +
      "    pending = join(pending, buffer.subarray(0, count));\n" +
      "    let end;\n" +
      "    while ((end = pending.indexOf(0x0a)) !== -1) {\n" +
      "      yield lineOf(withoutCR(pending.subarray(0, end)));\n" +
      "      pending = pending.subarray(end + 1);\n" +
      "    }\n" +
      "    if (withoutCR(pending).length > maxBytes) throw new RangeError(…);\n" +
      "where lineOf() looks at the limit and decodes, with a decoder that throws " +
      "TypeError, and keeps a byte order mark:\n" +
      '    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })',
    ],
    read: LINES,
    check: checkReadLines,
  }),
  exercise<EncodeFrame>({
    id: "5.2",
    pure: true,
    title: "Put the length in front",
    passed: "Its length counts bytes, in network byte order.",
    real: "lib/net/frames.ts",
    solution: solution.encodeFrame,
    hints: [
      'How many bytes follow for "ö"? What knows that, the text or its bytes?',
      "Encode the text first, with TextEncoder. Then make an array with room " +
      "for four more bytes, put the number into the first four, and the bytes " +
      "of the text after it. `DataView` writes a number of four bytes.",
      "Almost the code:\n" +
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
    passed: "It checks the length before it makes room for the payload.",
    real: "lib/net/frames.ts",
    solution: solution.readFrames,
    hints: [
      "How many bytes do you need before you know the length? And then, before " +
      "you have the text? You wrote a function for that in lesson 4.",
      "Loop: read four bytes, judge the length, read that many, decode, yield. " +
      "One end is no error: where not one byte of a length has come. So your " +
      "function for reading needs a way to say that.",
      "Almost the code, where readUpTo(size) gives fewer bytes only at the " +
      "end:\n" +
      "    const header = await readUpTo(4);\n" +
      "    if (header.length === 0) return;\n" +
      "    if (header.length < 4) throw new Deno.errors.UnexpectedEof();\n" +
      "    const size = new DataView(header.buffer).getUint32(0);\n" +
      "    if (size > maxBytes) throw new RangeError();\n" +
      "    const payload = await readUpTo(size);\n" +
      "    if (payload.length < size) throw new Deno.errors.UnexpectedEof();\n" +
      "    yield decoder.decode(payload);\n" +
      "with a decoder that throws TypeError, and keeps a byte order mark:\n" +
      '    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })',
    ],
    read: FRAMES,
    check: checkReadFrames,
  }),
];
