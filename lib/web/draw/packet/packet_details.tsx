import type { HeaderContext } from "../../../show/header_box.ts";
import { Figure } from "../figure.tsx";
import { type ByteRange, HexPane } from "../hex_pane.tsx";
import { capital } from "../sentence.ts";
import { useMemo, useState, type VNode } from "../preact.ts";
import type { HeaderField, HeaderGrid } from "./fields.ts";
import { HeaderGridView } from "./header_grid.tsx";
import {
  type DrawnPacket,
  type PacketView,
  packetView,
} from "./packet_view.ts";

/** The properties of {@linkcode PacketDetails}. */
export interface PacketDetailsProps {
  /** A packet of a timeline or of a capture, or a run's `headers` event. */
  packet: DrawnPacket;
  /** For a packet of a capture: facts from its connection. */
  context?: HeaderContext;
  /** The available width, in pixels. */
  width: number;
}

/**
 * A packet's headers as grids of 32 bits a row, and its bytes. The field under
 * the pointer or with the focus is explained, and its bytes are highlighted.
 */
export function PacketDetails(
  { packet, context, width }: PacketDetailsProps,
): VNode {
  const view = useMemo(() => packetView(packet, context), [packet, context]);
  const [lit, setLit] = useState<HeaderField | undefined>(undefined);
  if (view === undefined) {
    return (
      <p class="draw-callout">
        The headers of this packet weren't recorded.
      </p>
    );
  }
  // Another packet has other fields, so forget the highlighted one.
  const fields = view.grids.flatMap(({ rows }) => rows.flat());
  const current = lit !== undefined && fields.includes(lit) ? lit : undefined;
  return (
    <Figure
      kind="packet"
      caption={captionOf(view)}
      text={[]}
    >
      <h3>{capital(view.title)}</h3>
      <p class="draw-way">{view.way}</p>
      {view.grids.map((grid) => (
        <HeaderGridView
          grid={grid}
          lit={current}
          width={width}
          onLight={setLit}
        />
      ))}
      <p class="draw-meaning">
        {current === undefined
          ? "Point at a field, or move with Tab and the arrow keys, to read " +
            "what it says."
          : [
            <strong key="name">{current.name} {current.value}</strong>,
            `: ${current.meaning}`,
          ]}
      </p>
      {view.bytes.length === 0 ? null : (
        <HexPane
          bytes={view.bytes}
          total={view.total}
          lit={current?.bytes ?? dataOf(view)}
          width={width}
          onLight={(index) =>
            setLit(
              index === undefined ? undefined : fieldAt(view.grids, index),
            )}
        />
      )}
    </Figure>
  );
}

/** Returns the data: the bytes after the last header. */
function dataOf({ grids, bytes }: PacketView): ByteRange {
  const ends = grids.flatMap(({ rows }) =>
    rows.flat().map((one) => one.bytes[1])
  );
  return [Math.max(0, ...ends), bytes.length];
}

/** Returns the field that a byte belongs to. */
function fieldAt(grids: HeaderGrid[], index: number): HeaderField | undefined {
  return grids.flatMap(({ rows }) => rows.flat())
    .find(({ bytes: [from, to] }) => index >= from && index < to);
}

function captionOf({ grids, isPartial }: PacketView): string {
  if (isPartial) {
    return "This recording has only the header's most important fields and the " +
      "first bytes of the data.";
  }
  const names = grids.map((grid) => grid.title.split(" header")[0]);
  return `Each row of ${names.join(" and ") || "the header"} is 32 bits. The ` +
    "bytes below are those of the whole packet, from the IP header on.";
}
