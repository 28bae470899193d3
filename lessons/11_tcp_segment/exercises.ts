/** The exercises of lesson 11, and how an answer to each is checked. */
import { loadAttempts } from "../../lib/workbook/checker/attempts.ts";
import type { Exercise } from "../../lib/workbook/kit/mod.ts";
import { makeChecksum } from "./checks/checksum.ts";
import { makeDecodeSegment } from "./checks/decode_segment.ts";
import { makeSeqLess } from "./checks/seq_less.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  makeDecodeSegment(attempt.decodeSegment),
  makeChecksum(attempt.checksum),
  makeSeqLess(attempt.seqLess),
];
