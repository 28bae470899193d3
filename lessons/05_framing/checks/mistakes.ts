/** Common mistakes in 5.1 and 5.3, and the messages that they yield. */
import {
  type Advice,
  differenceAt,
  type StreamCase,
  type StreamResult,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import { CUT, FRAMES } from "./explain.ts";

/** A mistake that you can recognize by the messages it yields. */
export interface Mistake {
  /** Returns the messages that an answer with this mistake yields. */
  makes(reads: Uint8Array[]): string[];
  /** Whether it shows if a read cuts a message. If not, it shows if none does. */
  ifCut: boolean;
  /** What's wrong, and what to do. */
  likely: string;
  /** The heading in the README. */
  read: string;
}

/** Mistakes in 5.1. */
export const LINE_MISTAKES: Mistake[] = [
  ...[true, false].map((yieldsRest) => ({
    makes: (reads: Uint8Array[]) => reads.flatMap(linesOfOne(yieldsRest)),
    likely: "You look at each read separately, and keep nothing for the next " +
      "one. A line can arrive in many reads: keep the bytes after the last " +
      "\\n, and append the next read to them.",
    ifCut: true,
    read: CUT,
  })),
  {
    makes: linesOfViews,
    likely: "The pieces you keep are views of your read buffer: subarray() " +
      "doesn't copy, and the next read() overwrites them. Keep copies: " +
      "buffer.slice(0, count).",
    ifCut: true,
    read: CUT,
  },
];

/** Mistakes in 5.3. */
export const FRAME_MISTAKES: Mistake[] = [
  {
    makes: framesBySize(() => 0),
    likely:
      "You read the length as 0. It's a number in four bytes (00 00 00 03), " +
      "not text: if you decode those bytes, you don't get digits, and the " +
      "first two or three of them alone are 0. Read all four with a DataView's " +
      "getUint32().",
    ifCut: false,
    read: FRAMES,
  },
  {
    makes: framesBySize(({ buffer }) => new DataView(buffer).getUint32(0)),
    likely:
      "You used the first frame's length for every frame: you read it at " +
      "the start of the buffer, not where this frame starts. A subarray() is a " +
      "view, and its `.buffer` is the whole buffer. Use new " +
      "DataView(rest.buffer, rest.byteOffset), which starts where `rest` does.",
    ifCut: false,
    read: FRAMES,
  },
  ...[1, 2, 3].map((size) => ({
    makes: framesBySize((frame) =>
      frame.subarray(4 - size, 4).reduce((sum, byte) => 256 * sum + byte, 0)
    ),
    likely:
      `You used only ${size} of the length's four bytes: one byte counts ` +
      "to 255, two to 65535, three to 16777215. Use getUint32(), which reads " +
      "all four.",
    ifCut: false,
    read: FRAMES,
  })),
];

/**
 * Finds the mistake that yields exactly what an answer yielded.
 *
 * @param mistakes The mistakes.
 * @param result What the answer did.
 * @param due The case.
 * @returns The diagnosis, if it's one of these mistakes.
 */
export function explainMistake(
  mistakes: Mistake[],
  { values, then, reads }: StreamResult,
  { values: due = [], args, ends, early }: StreamCase,
): Partial<Advice> | undefined {
  const isRight = differenceAt(values, due) === undefined;
  if (reads === undefined || isRight || values.length === 0) return undefined;
  // Mistakes with a limit, or with a bad stream, have their own diagnoses.
  if (args !== undefined || ends !== undefined) return undefined;
  const isCut = !early && reads().length > 1;
  const mistake = mistakes.find(({ makes, ifCut }) => {
    if (ifCut !== isCut) return false;
    const made = makes(reads());
    const isAll = then === "more" || made.length === values.length;
    return isAll && values.every((value, i) => value === made[i]);
  });
  return mistake && { likely: mistake.likely, read: mistake.read };
}

function linesOfOne(yieldsRest: boolean): (read: Uint8Array) => string[] {
  return (read) => {
    const lines = decode(read).split("\n");
    const rest = lines.pop()!;
    if (yieldsRest && rest !== "") lines.push(rest);
    return lines.map((line) => line.replace(/\r$/, ""));
  };
}

function linesOfViews(reads: Uint8Array[]): string[] {
  const buffer = new Uint8Array(Math.max(...reads.map(({ length }) => length)));
  const lines: string[] = [];
  let pieces: Uint8Array[] = [];
  const finish = () => lines.push(decode(concat(pieces)).replace(/\r$/, ""));
  for (const read of reads) {
    buffer.set(read);
    let rest = buffer.subarray(0, read.length);
    for (let end; (end = rest.indexOf(0x0a)) !== -1;) {
      pieces.push(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      finish();
      pieces = [];
    }
    pieces.push(rest);
  }
  if (concat(pieces).length > 0) finish();
  return lines;
}

/** Splits frames by the length that `sizeOf` reads from the rest. */
function framesBySize(
  sizeOf: (rest: Uint8Array<ArrayBuffer>) => number,
): Mistake["makes"] {
  return (reads) => {
    const texts: string[] = [];
    let rest = new Uint8Array(concat(reads));
    while (rest.length >= 4) {
      const end = 4 + sizeOf(rest);
      if (end > rest.length) break;
      texts.push(decode(rest.subarray(4, end)));
      rest = rest.subarray(end);
    }
    return texts;
  };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
