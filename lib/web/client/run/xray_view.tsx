import { useMemo, useRef, useState } from "../../deps/hooks.ts";
import type { TimelineItem } from "../../../xray/timeline.ts";
import { PacketDetails, SlidingWindows, Timeline } from "../../draw/mod.ts";
import { CallDetails } from "./call_details.tsx";
import {
  connectionLabel,
  connectionsOf,
  type Filter,
  passes,
} from "./filter.ts";
import { useViewport } from "./viewport.ts";

/** Shows the run on five lifelines, and the details of the selected row. */
export function XrayView({ items, upTo, width, showsWindows }: {
  items: TimelineItem[];
  upTo: number;
  width: number;
  /** Whether the lesson is about sliding windows. */
  showsWindows: boolean;
}) {
  const [filter, setFilter] = useState<Filter>({});
  const [selected, setSelected] = useState<TimelineItem>();
  const drawing = useRef<HTMLDivElement>(null);
  const viewport = useViewport(drawing);
  // Lay out the whole run, so that its drawing doesn't jump while it plays.
  const chosen = useMemo(
    () => items.filter((item) => passes(item, filter)),
    [items, filter],
  );
  const shown = useMemo(
    () => items.slice(0, upTo).filter((item) => passes(item, filter)).length,
    [items, filter, upTo],
  );
  const index = selected === undefined ? -1 : chosen.indexOf(selected);
  const [hasWindows, setWindows] = useState(showsWindows);
  return (
    <>
      <div class="filters">
        <Filters items={items} filter={filter} setFilter={setFilter} />
        <label>
          <input
            type="checkbox"
            checked={hasWindows}
            onChange={({ currentTarget }) => setWindows(currentTarget.checked)}
          />{" "}
          Sliding windows
        </label>
      </div>
      <div ref={drawing}>
        <Timeline
          items={chosen}
          upTo={shown}
          selected={index < 0 ? undefined : index}
          onSelect={(index) => setSelected(chosen[index])}
          width={width}
          viewport={viewport}
        />
      </div>
      {selected === undefined && hasWindows && (
        <section class="details" aria-label="Sliding windows">
          <SlidingWindows items={chosen} upTo={shown} width={width} />
        </section>
      )}
      {selected !== undefined && (
        <section class="details" aria-label="Details">
          <button
            type="button"
            class="quiet close"
            aria-label="Close the details"
            onClick={() => setSelected(undefined)}
          >
            ✕
          </button>
          {selected.seen === "packet" && (
            <PacketDetails packet={selected.packet} width={width - 32} />
          )}
          {selected.seen === "call" && (
            <CallDetails call={selected.call} atMs={selected.atMs} />
          )}
        </section>
      )}
    </>
  );
}

function Filters({ items, filter, setFilter }: {
  items: TimelineItem[];
  filter: Filter;
  setFilter: (filter: Filter) => void;
}) {
  const steps = useMemo(
    () => [...new Set(items.map(({ step }) => step))].filter(Boolean),
    [items],
  );
  const connections = useMemo(() => connectionsOf(items), [items]);
  return (
    <>
      {steps.length > 1 && (
        <select
          aria-label="Which step to show"
          value={filter.step ?? ""}
          onChange={({ currentTarget: { value } }) =>
            setFilter({
              ...filter,
              step: value === "" ? undefined : Number(value),
            })}
        >
          <option value="">all steps</option>
          {steps.map((step) => (
            <option key={step} value={step}>step {step}</option>
          ))}
        </select>
      )}
      {connections.length > 1 && (
        <select
          aria-label="Which connection to show"
          value={filter.connection ?? ""}
          onChange={({ currentTarget: { value } }) =>
            setFilter({ ...filter, connection: value || undefined })}
        >
          <option value="">all connections</option>
          {connections.map((connection) => (
            <option value={connection}>
              {connectionLabel(connection, items)}
            </option>
          ))}
        </select>
      )}
    </>
  );
}
