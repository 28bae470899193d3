/**
 * Sequence diagrams of UDP datagrams.
 *
 * @module
 */

import { bold } from "@std/fmt/colors";
import { drawLaneRow, FRAME_WIDTH, type LaneLayout } from "./lane_rows.ts";
import { visibleWidth } from "./text.ts";
import type { Side } from "../wire/tcp/walk.ts";

/** The longest arrow, in columns. */
const MAX_ARROW = 60;

/** A datagram in a diagram. */
export interface DiagramDatagram {
  /** Milliseconds since the conversation's first packet; `null` if unknown. */
  atMs: number | null;
  /** The end that sent it. */
  from: Side;
  /** The arrow's label, as phrases; each phrase stays on one line. */
  phrases: string[];
}

/**
 * Draws datagrams one by one: the client on the left, the server on the right,
 * and an arrow for each datagram. The margins are empty, because UDP has no
 * states.
 *
 * @example A query and its response
 * ```ts
 * import { DatagramDiagram } from "./datagram_diagram.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { assertEquals } from "@std/assert";
 *
 * const diagram = new DatagramDiagram(46);
 * const lines = [
 *   ...diagram.head(),
 *   ...diagram.draw({ atMs: 0, from: "client", phrases: ["4 bytes"] }),
 *   ...diagram.draw({ atMs: 0.25, from: "server", phrases: ["8 bytes"] }),
 * ];
 * assertEquals(lines.map(stripAnsiCode), [
 *   "          client │                    │ server",
 *   " 0.00 ms         │───── 4 bytes ─────▶│",
 *   " 0.25 ms         │◀───── 8 bytes ─────│",
 * ]);
 * ```
 */
export class DatagramDiagram {
  readonly #layout: LaneLayout;
  readonly #names: Record<Side, string>;

  /**
   * Makes a diagram.
   *
   * @param width The width, in columns, at least 40.
   * @param names The names of the two ends, shown above the lanes.
   */
  constructor(
    width: number,
    names: Record<Side, string> = { client: "client", server: "server" },
  ) {
    this.#names = names;
    const left = visibleWidth(names.client);
    const right = visibleWidth(names.server);
    const arrow = Math.min(MAX_ARROW, width - FRAME_WIDTH - left - right);
    this.#layout = { left, right, arrow: Math.max(1, arrow) };
  }

  /**
   * Draws the heading above the first datagram.
   *
   * @returns The lines: the names of the two ends.
   */
  head(): string[] {
    const { client, server } = this.#names;
    return drawLaneRow(
      { left: bold(client), right: bold(server) },
      this.#layout,
    );
  }

  /**
   * Draws the next datagram.
   *
   * @param datagram The datagram.
   * @returns The lines.
   */
  draw({ atMs, from, phrases }: DiagramDatagram): string[] {
    return drawLaneRow({
      atMs: atMs ?? undefined,
      left: "",
      right: "",
      arrow: { phrases, toRight: from === "client" },
    }, this.#layout);
  }
}
