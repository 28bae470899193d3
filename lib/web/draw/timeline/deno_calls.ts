/**
 * Finds the system calls that each of the lesson's own calls made: `read() gave
 * 4` belongs next to a `recvfrom` that received 4 bytes. Under X-ray, a lesson
 * reports its call a little after the kernel has seen it, so the time alone would
 * put it in the wrong place.
 *
 * @module
 */
import type { Side, TimedCall, TimelineItem } from "../types.ts";
import type { Sides } from "./sides.ts";

/** A call of the program, as the lesson reports it. */
export interface DenoCall {
  /** The index of the item that reports it. */
  index: number;
  side: Side;
  /** Its text, such as `read() gave 4`. */
  text: string;
}

/** The program's calls, by their places. */
export interface DenoCalls {
  /** Calls by the index of the last system call that they made. */
  at: Map<number, DenoCall[]>;
  /** Calls whose system calls weren't found; they stay where they are. */
  alone: Map<number, DenoCall[]>;
}

/** The system calls that a Deno call makes, by the first word of its name. */
const MAKES: [name: RegExp, isMade: (call: TimedCall) => boolean][] = [
  [/^(write|send)/i, ({ moves, error }) => moves === "out" && !error],
  [/^(read|receive)/i, ({ moves, error }) => moves === "in" && !error],
  [/^accept/i, ({ made, name }) => made !== undefined && name !== "socket"],
  [/^(connect|deno\.connect)/i, ({ name }) => name === "connect"],
  [/^closeWrite/, ({ name }) => name === "shutdown"],
  [/^close/i, ({ name }) => name === "close"],
  [/^(listen|deno\.listen)/i, ({ name }) => name === "listen"],
];

/**
 * Puts the program's calls next to their system calls.
 *
 * @param items The items, in order.
 * @param sides Where each socket is.
 */
export function placeDenoCalls(
  items: TimelineItem[],
  sides: Sides,
): DenoCalls {
  const at = new Map<number, DenoCall[]>();
  const alone = new Map<number, DenoCall[]>();
  // Calls of one side happen one after the other, so the search continues from
  // the last system call that was found.
  const next = { client: 0, server: 0 };
  let begin = 0;
  items.forEach((item, index) => {
    if (item.seen !== "story") return;
    if (item.event.kind === "step") {
      begin = index;
      next.client = Math.max(next.client, begin);
      next.server = Math.max(next.server, begin);
    }
    for (const call of callsOf(item, index, sides)) {
      const found = find(items, call, { from: next[call.side], sides });
      if (found !== undefined) next[call.side] = found + 1;
      const [map, place] = found === undefined ? [alone, index] : [at, found];
      const others = map.get(place);
      if (others === undefined) map.set(place, [call]);
      else others.push(call);
    }
  });
  return { at, alone };
}

/** Returns the calls that one item of the story reports. */
function callsOf(
  item: TimelineItem,
  index: number,
  sides: Sides,
): DenoCall[] {
  if (item.seen !== "story") return [];
  const { event, step } = item;
  if (event.kind === "call") {
    const side = sides.ofLane(event.lane, step);
    return [{ index, side, text: event.call }];
  }
  if (event.kind !== "arrow") return [];
  return [[event.from, event.sent], [event.to, event.received]]
    .filter(([, text]) => text !== "")
    .map(([lane, text]) => ({ index, side: sides.ofLane(lane, step), text }));
}

/**
 * Finds the last system call of a Deno call, before the item that reports it.
 */
function find(
  items: TimelineItem[],
  { index, side, text }: DenoCall,
  { from, sides }: { from: number; sides: Sides },
): number | undefined {
  const makes = MAKES.find(([name]) => name.test(text))?.[1];
  if (makes === undefined) return undefined;
  const amount = amountOf(text);
  let sum = 0;
  for (let i = from; i < index; i++) {
    const item = items[i];
    if (item.seen !== "call" || !makes(item.call)) continue;
    if (sides.ofSocket(item.call.made ?? item.call.socket) !== side) continue;
    const { moves, moved = 0 } = item.call;
    if (amount === undefined || moves === undefined) return i;
    // One Deno call may make several system calls: `writeAll()`, `readExact()`.
    if (moved === amount) return i;
    sum += moved;
    if (sum === amount) return i;
  }
  return undefined;
}

/** Returns how many bytes a call says it moved; 0 at the end of the stream. */
function amountOf(text: string): number | undefined {
  if (/(gave|returned) null/.test(text)) return 0;
  const amount = text.match(/(?:gave|took|returned) (\d+)/)?.[1];
  return amount === undefined ? undefined : Number(amount);
}
