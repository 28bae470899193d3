import type { TimelineItem } from "../../../xray/timeline.ts";

/** The share of a text's lines that a run must have. */
const MIN_SHARE = 0.7;

/** The most lines of a part of the run, as a multiple of the text's lines. */
const MAX_GROWTH = 3;

/** A line of an X-ray in a text: `7.78 ms  ▸ sendto(22 → server, …) = 10`. */
const LINE = /^ *[\d.]+ ms {2}([▸⇢]) (.*)$/;

/**
 * Finds the part of an X-rayed run that a text shows as lines.
 *
 * @param text The text.
 * @param items The run.
 * @returns The items from the first to the last that the text shows; `undefined`
 * if it's no such text, or the run has no such part.
 */
export function xrayIn(
  text: string,
  items: TimelineItem[],
): TimelineItem[] | undefined {
  const wanted = text.split("\n").flatMap((line) => wantedIn(line) ?? []);
  if (wanted.length < 2) return undefined;
  let best:
    | { found: number; score: number; from: number; to: number }
    | undefined;
  const places = placesOf(items);
  for (let from = 0; from < items.length; from++) {
    if (kindOf(items[from]) !== wanted[0].kind) continue;
    const match = follow(items, { from, wanted, places });
    const isBetter = best === undefined || match.score > best.score ||
      match.score === best.score && match.to - from < best.to - best.from;
    if (isBetter) best = { ...match, from };
  }
  if (best === undefined || best.found < MIN_SHARE * wanted.length) {
    return undefined;
  }
  const part = items.slice(best.from, best.to + 1);
  const seen = part.filter((item) =>
    item.seen !== "call" || !item.call.housekeeping
  );
  // A part that's much longer than the text wouldn't explain it any better.
  return seen.length <= MAX_GROWTH * wanted.length ? part : undefined;
}

/** The call or packet that a line of a text shows. */
interface Wanted {
  /** The name of a call, or the flags of a segment. */
  kind: string;
  /** How many bytes it moves. */
  bytes?: number;
}

/** Looks for the lines of a text in one step of the run, in order. */
function follow(
  items: TimelineItem[],
  { from, wanted, places }: {
    from: number;
    wanted: Wanted[];
    places: Map<string, number[]>;
  },
): { found: number; score: number; to: number } {
  const { step } = items[from];
  let [at, to, found, score] = [from, from, 0, 0];
  for (const { kind, bytes } of wanted) {
    const next = firstFrom(places.get(`${step} ${kind}`) ?? [], at);
    // If this run has no such line, the search goes on with the next one.
    if (next === undefined) continue;
    found++;
    // The same number of bytes is hardly a coincidence.
    score += bytes !== undefined && bytesOf(items[next]) === bytes ? 3 : 1;
    to = next;
    at = next + 1;
  }
  return { found, score, to };
}

/** Returns the places of each kind of item in each step: a run may have 50,000. */
function placesOf(items: TimelineItem[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  items.forEach((item, i) => {
    const key = `${item.step} ${kindOf(item)}`;
    const known = places.get(key);
    if (known === undefined) places.set(key, [i]);
    else known.push(i);
  });
  return places;
}

/** Returns the first of some ascending numbers that's at least `least`. */
function firstFrom(numbers: number[], least: number): number | undefined {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < least) low = middle + 1;
    else high = middle;
  }
  return numbers[low];
}

function wantedIn(line: string): Wanted | undefined {
  const [, mark, rest = ""] = LINE.exec(line) ?? [];
  const kind = mark === "▸"
    ? rest.match(/^\w+/)?.[0]
    : rest.match(/\b(?:SYN|FIN|RST|PSH|ACK)(?:,[A-Z]{3})*\b/)?.[0];
  if (kind === undefined) return undefined;
  const bytes = rest.match(/(?<!room for )\b(\d+) bytes?/)?.[1];
  return { kind, bytes: bytes === undefined ? undefined : Number(bytes) };
}

function kindOf(item: TimelineItem): string | undefined {
  if (item.seen === "call") return item.call.name;
  return item.seen === "packet" ? item.packet.flags : undefined;
}

function bytesOf(item: TimelineItem): number | undefined {
  if (item.seen === "call") return item.call.moved;
  return item.seen === "packet" ? item.packet.bytes : undefined;
}
