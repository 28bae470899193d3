import { useMemo, useRef, useState } from "../../deps/hooks.ts";
import { counted } from "../../../show/counted.ts";
import { headerContext } from "../../../show/header_box.ts";
import {
  type PacketFilter,
  parseFilter,
} from "../../../workbook/cli/packets/filter.ts";
import { FlowGraph, PacketDetails } from "../../draw/mod.ts";
import { Tabs } from "../tabs.tsx";
import { useViewport } from "../run/viewport.ts";
import { useWidth } from "../run/width.ts";
import { Conversations } from "./conversations.tsx";
import { PacketTable } from "./packet_table.tsx";
import type { Capture, CapturePacket } from "./read_file.ts";
import { States } from "./states.tsx";
import { Stream } from "./stream.tsx";

type View = "list" | "flow" | "states" | "data";

/** Shows a capture: its conversations, its packets, and the details of one. */
export function CaptureView({ capture }: { capture: Capture }) {
  const [number, setNumber] = useState<number>();
  const [filter, setFilter] = useState("");
  const [view, setView] = useState<View>("list");
  const [selected, setSelected] = useState<CapturePacket>();
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const { passes, problem } = useMemo(() => filterOf(filter), [filter]);
  const shown = useMemo(
    () =>
      capture.packets.filter(({ packet, tracked }) =>
        (number === undefined || tracked.number === number) &&
        passes(packet, tracked)
      ),
    [number, passes],
  );
  const isTcp = number !== undefined &&
    shown.some(({ tracked: { segment } }) => segment !== null);
  const views: [View, string][] = [
    ["list", "List"],
    ["flow", "Flow graph"],
    ...(isTcp ? [["states", "States"] as [View, string]] : []),
    ...(number === undefined ? [] : [["data", "Data"] as [View, string]]),
  ];
  const current = views.some(([name]) => name === view) ? view : "list";
  const props = { packets: shown, selected, onSelect: setSelected, width };
  return (
    <>
      <h2>{capture.name}: {counted(capture.packets.length, "packet")}</h2>
      <Conversations
        conversations={capture.conversations.list}
        chosen={number}
        onChoose={setNumber}
      />
      <div class="row capture-controls">
        <Tabs
          label="View of the packets"
          tabs={views}
          chosen={current}
          onChoose={setView}
        />
        <input
          type="search"
          class="packet-filter"
          placeholder="Filter: port 53, syn and not ack, …"
          aria-label="Filter the packets"
          aria-invalid={problem !== undefined}
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
        <small role="status">
          {problem ?? `${shown.length} of ${capture.packets.length} shown`}
        </small>
      </div>
      <div
        class={`capture-body ${current} ${selected === undefined ? "" : "two"}`}
      >
        <div ref={place}>
          {current === "list" && (
            <PacketTable
              key={shown}
              {...props}
              start={capture.packets[0].packet.time}
            />
          )}
          {current === "flow" && width > 0 && <Flow {...props} />}
          {current === "states" && width > 0 && (
            <States packets={shown} width={width} />
          )}
          {current === "data" && <Stream packets={shown} />}
        </div>
        {selected !== undefined && <Selected one={selected} />}
      </div>
    </>
  );
}

/** Draws the packets from end to end, in order. */
function Flow({ packets, selected, onSelect, width }: {
  packets: CapturePacket[];
  selected: CapturePacket | undefined;
  onSelect: (packet: CapturePacket) => void;
  width: number;
}) {
  const drawing = useRef<HTMLDivElement>(null);
  const viewport = useViewport(drawing);
  const plain = useMemo(() => packets.map(({ packet }) => packet), [packets]);
  const index = selected === undefined ? -1 : packets.indexOf(selected);
  return (
    <div ref={drawing}>
      <FlowGraph
        packets={plain}
        selected={index < 0 ? undefined : index}
        onSelect={(index) => onSelect(packets[index])}
        width={width}
        viewport={viewport}
      />
    </div>
  );
}

function Selected({ one }: { one: CapturePacket }) {
  const place = useRef<HTMLElement>(null);
  const width = useWidth(place);
  const { packet, tracked: { segment } } = one;
  const context = useMemo(
    () => segment === null ? undefined : headerContext(segment),
    [segment],
  );
  return (
    <section ref={place} aria-label="The selected packet" tabIndex={0}>
      <h3>Packet {packet.number}</h3>
      {width > 0 && (
        <PacketDetails packet={packet} context={context} width={width} />
      )}
    </section>
  );
}

function filterOf(text: string): { passes: PacketFilter; problem?: string } {
  if (text.trim() === "") return { passes: () => true };
  try {
    return { passes: parseFilter(text) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { passes: () => true, problem };
  }
}
