import { useState } from "../../deps/hooks.ts";
import { formatElapsed } from "../../../show/elapsed.ts";
import {
  packetWay,
  packetWords,
  protocolOf,
} from "../../../show/packet_line.ts";
import { elapsedMs, type Timestamp } from "../../../wire/capture/timestamp.ts";
import type { CapturePacket } from "./read_file.ts";

/** How many rows are added at once. */
const PAGE = 200;

/** The most characters of data in a row. */
const WORDS_WIDTH = 90;

/** Shows the packets of a capture, one row each. */
export function PacketTable({ packets, start, selected, onSelect }: {
  packets: CapturePacket[];
  start: Timestamp | null;
  selected: CapturePacket | undefined;
  onSelect: (packet: CapturePacket) => void;
}) {
  const [count, setCount] = useState(PAGE);
  return (
    <div class="packet-table">
      <table>
        <thead>
          <tr>
            <th>no.</th>
            <th>time</th>
            <th>from → to</th>
            <th class="protocol">protocol</th>
            <th>contents</th>
          </tr>
        </thead>
        <tbody>
          {packets.slice(0, count).map((one) => (
            <tr
              key={one.packet.number}
              class={one === selected ? "selected" : undefined}
              onClick={() => onSelect(one)}
            >
              <td>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Show packet ${one.packet.number}`}
                  aria-pressed={one === selected}
                >
                  {one.packet.number}
                </button>
              </td>
              <td class="time">{timeOf(one, start)}</td>
              <td class="way">{packetWay(one.packet)}</td>
              <td class="protocol">{protocolOf(one.packet)}</td>
              <td>
                {packetWords(one.packet, {
                  segment: one.tracked.segment,
                  width: WORDS_WIDTH,
                })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {packets.length > count && (
        <button
          type="button"
          onClick={() => setCount(count + PAGE)}
        >
          Show {Math.min(PAGE, packets.length - count)} more
        </button>
      )}
    </div>
  );
}

function timeOf({ packet }: CapturePacket, start: Timestamp | null): string {
  return start === null || packet.time === null
    ? ""
    : formatElapsed(elapsedMs(start, packet.time));
}
