import { foldRepeats, kindOf, likeOf } from "./fold.ts";
import { ItemDecoder } from "./item_decoder.ts";
import { addUp, costOf, noCost } from "./summary.ts";
import type { Socket } from "./socket_calls.ts";
import type { LeftOut, TimelineItem } from "./timeline.ts";

/**
 * The first line of a recording: the date, and the machine that it was made on.
 */
export interface RecordingHead {
  /** The kind of line. */
  seen: "run";
  /** The lesson's number. */
  lesson: number;
  /** The views besides the story. */
  views: ("call" | "packet")[];
  /** The operating system and its version: `linux 6.1.0`. */
  system: string;
  /** The processor: `x86_64`. */
  machine: string;
  /** The version of Deno. */
  deno: string;
  /** The date: `2026-11-21`. */
  date: string;
}

/** A recorded run. */
export interface Recording {
  /** The date, and the machine that it was made on. */
  head: RecordingHead;
  /** All items, in order. */
  items: TimelineItem[];
}

/**
 * Returns the first line of a recording made now on this machine.
 * `deno task lesson 3 --xray --json --brief` prints a recording. Save it as
 * `recording.jsonl` in the lesson's folder to show it on machines where a run
 * can't be observed.
 *
 * @param lesson The lesson's number.
 * @param views The views besides the story.
 * @returns The first line of its recording.
 */
export function headNow(
  lesson: number,
  views: RecordingHead["views"],
): RecordingHead {
  return {
    seen: "run",
    lesson,
    views,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
    machine: Deno.build.arch,
    deno: Deno.version.deno,
    date: new Date().toISOString().slice(0, 10),
  };
}

/**
 * Leaves out the middle of long repetitions, such as a flood of datagrams, to
 * keep a recording small. Omitted items are still counted.
 *
 * @param items All items, in order.
 * @returns The items, with one item for each omitted series.
 */
export function abridge(items: TimelineItem[]): TimelineItem[] {
  const rows = items.map((item) => ({
    item,
    like: isTurningPoint(item) ? "" : likeOf(item),
  }));
  return foldRepeats(rows).map((row) => {
    if (!("folded" in row)) return row.item;
    const [{ item: { atMs, step } }] = row.folded;
    const names = { call: {}, packet: {} };
    const more: LeftOut = { ...noCost(), names, given: {}, reached: {} };
    for (const { item } of row.folded) leaveOut(item, more);
    return { atMs, step, seen: "more", more };
  });
}

/** Counts an omitted item. */
function leaveOut(item: TimelineItem, more: LeftOut): void {
  if (item.seen !== "call" && item.seen !== "packet") return;
  addUp(more, costOf(item));
  increase(more.names[item.seen], kindOf(item), 1);
  if (item.seen === "call") {
    const { socket, moves, moved = 0 } = item.call;
    if (moves === "out") increase(more.given, socket.id, moved);
  } else if (item.packet.bytes > 0) {
    const { source, destination, relativeSequence = 0, bytes } = item.packet;
    const way = `${source} ${destination}`;
    const end = relativeSequence - 1 + bytes;
    more.reached[way] = Math.max(more.reached[way] ?? 0, end);
  }
}

function increase<Key extends string | number>(
  counts: Record<Key, number>,
  key: Key,
  by: number,
): void {
  counts[key] = (counts[key] ?? 0) + by;
}

/**
 * Returns whether a socket's connection starts or ends here: the summary needs
 * these items.
 */
function isTurningPoint(item: TimelineItem): boolean {
  if (item.seen === "packet") {
    return /SYN|FIN|RST/.test(item.packet.flags ?? "");
  }
  return item.seen === "call" &&
    (item.call.made !== undefined ||
      ["connect", "shutdown", "close"].includes(item.call.name));
}

/**
 * Encodes a run, one JSON object per line. `seen` says what it is: the `run`
 * itself, a part of the lesson's `story`, a `socket` before the first call that
 * uses its `id`, a `call`, a `packet`, or how many `more` are left out.
 *
 * Data is cut to its first bytes, as hexadecimal digits.
 *
 * @param recording The run.
 * @returns The lines, without line endings.
 */
export function encodeRecording({ head, items }: Recording): string[] {
  return [JSON.stringify(head), ...new ItemEncoder(head.views).lines(items)];
}

/** Encodes items, each socket before the first call that uses it. */
export class ItemEncoder {
  readonly #views: RecordingHead["views"];
  readonly #written = new WeakMap<Socket, string>();

  /**
   * Creates an encoder at the start of a run.
   *
   * @param views The views besides the story.
   */
  constructor(views: RecordingHead["views"]) {
    this.#views = views;
  }

  /**
   * Encodes the next items.
   *
   * @param items The items.
   * @returns The lines, without line endings.
   */
  lines(items: TimelineItem[]): string[] {
    return items.flatMap((item) => this.#objects(item))
      .map((line) => JSON.stringify(line));
  }

  #objects(item: TimelineItem): unknown[] {
    if (item.seen === "more") return [item];
    if (item.seen === "story") {
      // An event's own time is the item's, so don't write it twice.
      return [{ ...item, event: { ...item.event, atMs: undefined } }];
    }
    if (!this.#views.includes(item.seen)) return [];
    if (item.seen === "packet") return [item];
    const { socket, made, ...call } = item.call;
    const fresh = [socket, ...(made === undefined ? [] : [made])]
      .flatMap((one) => this.#socketLine(one));
    const ids = { socket: socket.id, made: made?.id };
    return [
      ...fresh,
      { ...item, call: { ...call, ...ids } },
    ];
  }

  /**
   * Returns a socket's line, unless it was written before and hasn't changed
   * since.
   */
  #socketLine(socket: Socket): unknown[] {
    const text = JSON.stringify(socket);
    if (this.#written.get(socket) === text) return [];
    this.#written.set(socket, text);
    return [{ seen: "socket", socket }];
  }
}

/**
 * Decodes a recording that {@linkcode encodeRecording} encoded.
 *
 * @param text The recording's lines.
 * @returns The run.
 * @throws {SyntaxError} If the text isn't a recording.
 *
 * @example Encode and decode a recording
 * ```ts
 * import { decodeRecording, encodeRecording, headNow } from "./recording.ts";
 * import type { TimelineItem } from "./timeline.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const event = { kind: "step", number: 1, title: "Listen", atMs: 1 } as const;
 * const items: TimelineItem[] = [{ atMs: 1, step: 1, seen: "story", event }];
 * const recording = { head: headNow(2, ["call"]), items };
 * const text = encodeRecording(recording).join("\n");
 * assertEquals(decodeRecording(text), recording);
 * ```
 */
export function decodeRecording(text: string): Recording {
  const [first, ...lines] = text.trim().split("\n");
  const head = JSON.parse(first);
  if (head?.seen !== "run") {
    throw new SyntaxError("Cannot read a recording: its first line is missing");
  }
  const decoder = new ItemDecoder();
  const items = lines.flatMap((line) => decoder.items(line));
  return { head, items };
}

/**
 * Formats a note that says that a run is a recording.
 *
 * @param head The first line of the recording.
 * @returns One line of text.
 */
export function describeHead(head: RecordingHead): string {
  const { system, machine, date, deno } = head;
  return `This is a recording, made on ${system} (${machine}) ` +
    `with Deno ${deno} on ${date}.`;
}
