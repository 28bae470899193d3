/** The exercises of lesson 11, and how an answer to each is checked. */
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeChecksum } from "./checks/checksum.ts";
import { makeDecodeSegment } from "./checks/decode_segment.ts";
import { makeSeqLess } from "./checks/seq_less.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeDecodeSegment(),
  makeChecksum(),
  makeSeqLess(),
];
