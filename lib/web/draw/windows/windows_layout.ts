/**
 * Places one sliding window: the bytes acknowledged, in flight, to send now,
 * and those that must wait.
 *
 * @module
 */
import { formatBytes } from "../format_bytes.ts";
import { textWidth } from "../metrics.ts";
import type { StreamWindow } from "./stream_windows.ts";

/** A part of the stream. */
export interface WindowPart {
  kind: "acknowledged" | "flight" | "usable" | "waits";
  name: string;
  bytes: number;
  /** Its size in words; empty if it has no end. */
  size: string;
  x: number;
  width: number;
}

/** A boundary between two parts, and its number in the stream. */
export interface WindowEdge {
  x: number;
  label: string;
}

/** A window, placed. */
export interface WindowLayout {
  parts: WindowPart[];
  edges: WindowEdge[];
}

/**
 * Places a window. The widths grow with the logarithm of the sizes, so that ten
 * bytes in flight and a window of 64 KiB fit in the same picture.
 *
 * @param window The window.
 * @param width The available width, in pixels.
 */
export function layoutWindow(
  { unacknowledged, next, edge }: StreamWindow,
  width: number,
): WindowLayout {
  const named = [
    // The SYN has number 0, and the first byte has number 1.
    ["acknowledged", "acknowledged", Math.max(0, unacknowledged - 1)],
    ["flight", "in flight", next - unacknowledged],
    ["usable", "may be sent", Math.max(0, edge - next)],
    ["waits", "must wait", 0],
  ] as const;
  const least = named.map(([, name]) => textWidth(name, 11) + 6);
  const weights = named.map(([, , size]) => Math.log2(1 + size));
  const total = sum(weights) || 1;
  const room = Math.max(0, width - sum(least));
  let x = 0;
  const parts = named.map(([kind, name, size], i): WindowPart => {
    const partWidth = least[i] + room * weights[i] / total;
    const part = {
      kind,
      name,
      bytes: size,
      size: kind === "waits" ? "" : formatBytes(size),
      x,
      width: partWidth,
    };
    x += partWidth;
    return part;
  });
  const numbers = [unacknowledged, next, Math.max(edge, next)];
  return {
    parts,
    edges: numbers.map((number, i) => ({
      x: parts[i + 1].x,
      label: `${number}`,
    })),
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
