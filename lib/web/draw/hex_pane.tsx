import { FONT_SIZE, textWidth } from "./metrics.ts";
import type { VNode } from "./preact.ts";

/** A range of bytes: the first, and the one after the last. */
export type ByteRange = readonly [from: number, to: number];

/** The most bytes to show. */
const MAX_BYTES = 1024;

/** Returns the bytes that fit on a line: 16, or 8 on a narrow page. */
function bytesPerLine(width: number): 8 | 16 {
  const columns = "0000  ".length + 16 * 3 + 1 + 16;
  return width >= textWidth(" ".repeat(columns), FONT_SIZE) + 16 ? 16 : 8;
}

/** Shows bytes in hexadecimal, and as text where they are text. */
export function HexPane({ bytes, lit, total = bytes.length, width, onLight }: {
  bytes: Uint8Array;
  /** The bytes to highlight. */
  lit?: ByteRange;
  /** The number of bytes, if `bytes` doesn't have all of them. */
  total?: number;
  width: number;
  /** Receives the byte under the pointer. */
  onLight?: (index: number | undefined) => void;
}): VNode {
  const size = bytesPerLine(width);
  const shown = bytes.subarray(0, MAX_BYTES);
  const starts = Array.from(
    { length: Math.ceil(shown.length / size) },
    (_, i) => i * size,
  );
  const left = total - shown.length;
  return (
    <pre
      class="draw-hex"
      role="group"
      aria-label="Bytes in hexadecimal"
      tabindex={0}
      onMouseLeave={() => onLight?.(undefined)}
    >
      {starts.map((start) => {
        const row = shown.subarray(start, start + size);
        return (
          <span class="line">
            <span class="offset">{start.toString(16).padStart(4, "0")}</span>
            {"  "}
            {runsOf(row, start, lit).map(({ from, to, isLit }) => (
              <span class={isLit ? "lit" : undefined}>
                {Array.from(row.subarray(from, to), (byte, i) => (
                  <span onMouseEnter={onLight && (() => onLight(start + from + i))}>
                    {hexOf(byte)}
                    {from + i === row.length - 1 ? "" : from + i === 7 ? "  " : " "}
                  </span>
                ))}
              </span>
            ))}
            {" ".repeat(padding(row.length, size) + 2)}
            {runsOf(row, start, lit).map(({ from, to, isLit }) => (
              <span class={isLit ? "lit text" : "text"}>
                {[...row.subarray(from, to)].map(characterOf).join("")}
              </span>
            ))}
            {"\n"}
          </span>
        );
      })}
      {left > 0
        ? <span class="more">{left} more bytes</span>
        : null}
    </pre>
  );
}

/** Cuts a line where the highlight begins and ends. */
function runsOf(
  { length }: Uint8Array,
  start: number,
  [from, to]: ByteRange = [0, 0],
): { from: number; to: number; isLit: boolean }[] {
  const clamp = (at: number) => Math.max(0, Math.min(length, at - start));
  const [a, b] = [clamp(from), clamp(to)];
  return [
    { from: 0, to: a, isLit: false },
    { from: a, to: b, isLit: true },
    { from: b, to: length, isLit: false },
  ].filter((run) => run.to > run.from);
}

/** Returns the padding of a short last line. */
function padding(length: number, size: number): number {
  const columns = (count: number) => count * 3 - 1 + (count > 8 ? 1 : 0);
  return columns(size) - columns(length);
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function characterOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}
