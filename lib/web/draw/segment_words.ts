import { counted } from "../../show/counted.ts";
import type { SegmentNumbers } from "../../show/segment_diagram.ts";
import type { DiagramSegment } from "./types.ts";

/**
 * Returns the label of a segment's arrow, in phrases.
 *
 * @param segment The segment.
 * @param numbers Which numbers to write.
 */
export function segmentPhrases(
  segment: DiagramSegment,
  numbers: SegmentNumbers,
): string[] {
  const { acknowledgment, payloadBytes, retransmission, notes = [] } = segment;
  const write = (name: string, raw: number, relative: number) =>
    tie(
      {
        relative: `${name} ${relative}`,
        raw: `${name} ${raw}`,
        both: `${name} ${relative} (${raw})`,
      }[numbers],
    );
  return [
    segment.flags.replaceAll(",", " "),
    write("seq", segment.sequence, segment.relativeSequence),
    ...(acknowledgment === null
      ? []
      : [write("ack", acknowledgment, segment.relativeAcknowledgment ?? 0)]),
    ...(payloadBytes > 0 ? [tie(counted(payloadBytes, "byte"))] : []),
    ...(segment.words === undefined ? [] : [segment.words]),
    ...notes,
    // Older recordings have no notes, so say it here.
    ...(retransmission && notes.length === 0 ? ["retransmission"] : []),
  ].filter((phrase) => phrase !== "");
}

/** Keeps a number on the same line as its name. */
function tie(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}
