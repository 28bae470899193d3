import { useMemo, useRef, useState } from "preact/hooks";
import { counted } from "../../../show/counted.ts";
import {
  type PacketFilter,
  parseFilter,
} from "../../../workbook/cli/packets/filter.ts";
import { PacketDetails } from "../../draw/mod.ts";
import { headerContext } from "../../../show/header_box.ts";
import { useWidth } from "../run/width.ts";
import { ConversationView } from "./conversation_view.tsx";
import { Conversations } from "./conversations.tsx";
import { PacketTable } from "./packet_table.tsx";
import type { Capture, CapturePacket } from "./read_file.ts";

/** A capture: its conversations, its packets, and one of each in full. */
export function CaptureView({ capture }: { capture: Capture }) {
  const [number, setNumber] = useState<number | undefined>();
  const [filter, setFilter] = useState("");
  const [selected, setSelected] = useState<CapturePacket>();
  const below = useRef<HTMLDivElement>(null);
  const width = useWidth(below);
  const { passes, problem } = useMemo(() => filterOf(filter), [filter]);
  const shown = useMemo(
    () =>
      capture.packets.filter(({ packet, tracked }) =>
        (number === undefined || tracked.number === number) &&
        passes(packet, tracked)
      ),
    [number, passes],
  );
  const segment = selected?.tracked.segment;
  const context = useMemo(
    () => segment ? headerContext(segment) : undefined,
    [segment],
  );
  return (
    <>
      <h2>{capture.name}: {counted(capture.packets.length, "packet")}</h2>
      <Conversations
        conversations={capture.conversations.list}
        chosen={number}
        onChoose={setNumber}
      />
      {number !== undefined && width > 0 && (
        <ConversationView
          key={number}
          packets={capture.packets.filter((one) =>
            one.tracked.number === number
          )}
          width={width}
        />
      )}
      <h3>Packets</h3>
      <p>
        <input
          type="search"
          class="packet-filter"
          placeholder="Filter: port 53, syn and not ack, …"
          aria-label="Filter the packets"
          aria-invalid={problem !== undefined}
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />{" "}
        <small role="status">
          {problem ?? `${shown.length} of ${capture.packets.length} shown`}
        </small>
      </p>
      <PacketTable
        key={shown}
        packets={shown}
        start={capture.packets[0].packet.time}
        selected={selected}
        onSelect={setSelected}
      />
      <div ref={below}>
        {selected !== undefined && width > 0 && (
          <section aria-label="The selected packet">
            <h3>Packet {selected.packet.number}</h3>
            <PacketDetails
              packet={selected.packet}
              context={context}
              width={width}
            />
          </section>
        )}
      </div>
    </>
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
