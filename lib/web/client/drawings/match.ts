import type { ShowEvent } from "../../../show/events.ts";
import { segmentPhrases } from "../../draw/segment_words.ts";

/** A part of a run that is drawn as one picture. */
export interface Picture {
  /** Its events, in order. */
  events: ShowEvent[];
  /** The texts in it. */
  labels: string[];
}

/** The share of a picture's words that the text and its lines must have. */
const MIN_SHARE = 0.6;

/** For each kind of picture, a pattern that its text always matches. */
const SHAPES: Partial<Record<ShowEvent["kind"], RegExp>> = {
  lanes: /ms .*│.*│|│.*[▶◀].*│/,
  segments: /^ *[\d.]+ m?s .*│.*[▶◀].*│/m,
  bars: /█/,
  table: /^─+( +─+)+ *$/m,
  fact: /^(?!.*[│─█▸⇢|])/s,
};

/**
 * Finds the pictures of a run: sequence diagrams, segments, bars, tables, and
 * facts.
 *
 * @param events The run.
 * @returns The pictures, in order.
 */
export function picturesOf(events: ShowEvent[]): Picture[] {
  const pictures: Picture[] = [];
  let open: Picture | undefined;
  for (const event of events) {
    const { kind } = event;
    if (SHAPES[kind] === undefined && !isInLanes(kind)) {
      // Prose between facts doesn't end their table.
      if (kind !== "say") open = undefined;
      continue;
    }
    const goesOn = open !== undefined && (isInLanes(kind) ||
      kind === "fact" && open.events[0].kind === "fact");
    if (!goesOn) pictures.push(open = { events: [], labels: [] });
    open!.events.push(event);
    open!.labels.push(...labelsOf(event));
  }
  return pictures.filter(({ labels }) => labels.length > 1);
}

function isInLanes(kind: ShowEvent["kind"]): boolean {
  return kind === "endpoint" || kind === "call" || kind === "arrow";
}

/**
 * Finds the picture that a text draws with characters. The comparison ignores
 * numbers, which were measured in another run.
 *
 * @param text The text.
 * @param pictures The pictures of a run.
 * @returns The picture, or `undefined` if the run has no such picture.
 */
export function pictureIn(
  text: string,
  pictures: Picture[],
): Picture | undefined {
  const words = plain(text);
  const lines = text.split("\n").map(plain).filter((line) => line !== "");
  let best: { picture?: Picture; share: number } = { share: MIN_SHARE };
  for (const picture of pictures) {
    const { kind } = picture.events[0];
    if (!SHAPES[kind]?.test(text)) continue;
    const labels = picture.labels.map(plain).filter((label) => label !== "");
    const isSaid = (line: string) =>
      labels.some((label) =>
        kind === "fact" ? line.startsWith(label) : line.includes(label)
      );
    const there = labels.filter((label) => words.includes(label)).length;
    // A reading may show only a few of many facts.
    const ofPicture = kind === "fact" ? 1 : there / labels.length;
    const ofText = lines.filter(isSaid).length / lines.length;
    const share = Math.min(ofPicture, ofText);
    if (share > best.share) best = { picture, share };
  }
  return best.picture;
}

/**
 * Finds the header that a text draws with characters, bit by bit.
 *
 * @param text The text.
 * @param events A run.
 * @returns The packet with that header, or `undefined` if the run shows none.
 */
export function headerIn(
  text: string,
  events: ShowEvent[],
): ShowEvent | undefined {
  // Without a number, it's a format and no packet's header.
  if (!/0 1 2 3 4 5 6 7 8 9 .*source port \d/s.test(text)) return undefined;
  const layer = text.includes("sequence number") ? "tcp" : "udp";
  return events.find((event) =>
    event.kind === "headers" && event.layers.includes(layer)
  );
}

function labelsOf(event: ShowEvent): string[] {
  switch (event.kind) {
    case "call":
      return [event.call];
    case "arrow":
      return [event.label, event.sent, event.received].filter(Boolean);
    case "segments":
      return event.segments.map((segment) =>
        segmentPhrases(segment, event.numbers).join(" ")
      );
    case "bars":
      return event.bars.map(({ name }) => name);
    case "table":
      return event.rows.map(([name]) => name);
    case "fact":
      return [event.name];
    default:
      return [];
  }
}

/** Returns a text without its numbers, its frames, and its spaces. */
function plain(text: string): string {
  return text.replace(/[\d.,]+|[─-◿]|\s/g, "");
}
