/** What common mistakes of 5.1 and 5.3 make of the bytes. */
import {
  type Advice,
  differenceAt,
  type StreamCase,
  type StreamResult,
} from "../../../lib/workbook/kit/mod.ts";
import { concat } from "../../../lib/wire/bytes.ts";
import { CUT, FRAMES } from "./explain.ts";

/** A mistake that gives the same wrong messages wherever it's made. */
export interface Mistake {
  /** The messages that it makes of what each read brings. */
  makes(reads: Uint8Array[]): string[];
  /** Whether it shows where reads cut messages, or where they don't. */
  ifCut: boolean;
  /** What is wrong, and what to do. */
  likely: string;
  /** The heading in the README. */
  read: string;
}

/** Mistakes in 5.1. */
export const LINE_MISTAKES: Mistake[] = [
  ...[true, false].map((yieldsRest) => ({
    makes: (reads: Uint8Array[]) => reads.flatMap(linesOfOne(yieldsRest)),
    likely: "You look at each read by itself, and nothing of it is left when " +
      "the next one comes. A line may come in many reads: keep the bytes after " +
      "the last \\n, and put the next read after them.",
    ifCut: true,
    read: CUT,
  })),
  {
    makes: linesOfViews,
    likely: "The pieces you keep are views of your read buffer: subarray() " +
      "copies nothing, and the next read() writes over them. Keep copies: " +
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
      "You took the length for 0. It's a number in four bytes, 00 00 00 " +
      "03, and not text: decoding these bytes gives no digits, and the first " +
      "two or three of them alone are 0. getUint32() of a DataView reads all " +
      "four.",
    ifCut: false,
    read: FRAMES,
  },
  {
    makes: framesBySize(({ buffer }) => new DataView(buffer).getUint32(0)),
    likely: "Each text was cut with the length of the first frame: you read " +
      "the length at the start of the buffer, and not where this frame begins. " +
      "A subarray() is a view, whose `.buffer` is all of the buffer: new " +
      "DataView(rest.buffer, rest.byteOffset) begins where `rest` does.",
    ifCut: false,
    read: FRAMES,
  },
  ...[1, 2, 3].map((size) => ({
    makes: framesBySize((frame) =>
      frame.subarray(4 - size, 4).reduce((sum, byte) => 256 * sum + byte, 0)
    ),
    likely: `You used only ${size} of the length's four bytes: a byte counts ` +
      "to 255, two to 65535, three to 16777215. Use getUint32(), which reads " +
      "all four.",
    ifCut: false,
    read: FRAMES,
  })),
];

/**
 * Finds the mistake that gives just what an answer gave.
 *
 * @param mistakes The mistakes.
 * @param result What the answer gave.
 * @param due The case.
 * @returns What it means, if it's one of them.
 */
export function explainMistake(
  mistakes: Mistake[],
  { values, then, reads }: StreamResult,
  { values: due = [], args, ends, early }: StreamCase,
): Partial<Advice> | undefined {
  const isRight = differenceAt(values, due) === undefined;
  if (reads === undefined || isRight || values.length === 0) return undefined;
  // What is wrong with a limit, or with a bad stream, is another matter.
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

/** Cuts frames by a length that's read from the rest of the stream. */
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
