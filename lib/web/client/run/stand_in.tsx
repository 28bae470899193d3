import type { TimelineItem } from "../../../xray/timeline.ts";
/** Stands in for the drawing until it's there. */
export function Timeline({ items, onSelect }: {
  items: TimelineItem[];
  upTo: number;
  selected?: number;
  onSelect: (index: number) => void;
  width: number;
}) {
  return (
    <ol>
      {items.map((item, i) => (
        <li>
          <button type="button" onClick={() => onSelect(i)}>
            {item.atMs} {item.seen} {item.seen === "call"
              ? item.call.name
              : item.seen === "packet"
              ? item.packet.flags
              : ""}
          </button>
        </li>
      ))}
    </ol>
  );
}
