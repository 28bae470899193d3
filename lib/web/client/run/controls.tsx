import type { ComponentChild } from "../../deps/preact.ts";
import { useEffect, useRef } from "../../deps/hooks.ts";
import type { TimelineItem } from "../../../xray/timeline.ts";
import { Tabs } from "../tabs.tsx";
import { type Player, SPEEDS } from "./player.ts";
import type { RunState } from "./run_store.ts";

/** A way to draw a run. */
export type View = "story" | "xray";

const VIEWS: [View, string][] = [["story", "Story"], ["xray", "X-ray"]];

/** The state of a run, and the actions that control it. */
export interface ControlsProps {
  view: View;
  setView: (view: View) => void;
  player: Player;
  status: RunState["status"];
  items: TimelineItem[];
  /** Whether the page has only a recorded run. */
  isRecording: boolean;
  start: () => void;
  stop: () => void;
}

/** Shows the bar above a run, to choose a view and to move through the run. */
export function Controls(props: ControlsProps) {
  const { view, setView, player, status, items, isRecording } = props;
  const isRunning = status === "running" || status === "starting";
  const has = items.length > 0;
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The elements that stick below the bar need its height.
    const observer = new ResizeObserver(() => {
      const { offsetHeight, parentElement } = bar.current!;
      parentElement!.style.setProperty("--controls", `${offsetHeight}px`);
    });
    observer.observe(bar.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="controls" ref={bar}>
      <div class="row">
        <Tabs
          label="View of the run"
          tabs={VIEWS}
          chosen={view}
          onChoose={setView}
        />
        <span class="where" role="status">{placeOf(props)}</span>
        {isRunning
          ? <button type="button" onClick={props.stop}>Stop</button>
          : (
            <button type="button" class="primary" onClick={() => props.start()}>
              {wordFor({ isRecording, has })}
            </button>
          )}
      </div>
      {has && <Steering player={player} items={items} />}
    </div>
  );
}

/** What starts a run, in a word or two. */
function wordFor({ isRecording, has }: { isRecording: boolean; has: boolean }) {
  if (isRecording) return has ? "Replay" : "Play";
  return has ? "Run again" : "Run";
}

function Steering(
  { player, items }: { player: Player; items: TimelineItem[] },
) {
  const { upTo, isPlaying } = player;
  return (
    <div class="row steering" role="group" aria-label="Move through the run">
      <button
        type="button"
        aria-label="Step back"
        disabled={upTo <= 1}
        onClick={() =>
          player.step(-1)}
      >
        ◀
      </button>
      <button
        type="button"
        class="play"
        onClick={() =>
          isPlaying ? player.pause() : player.play()}
      >
        {isPlaying ? "Pause" : "Play"}
      </button>
      <button
        type="button"
        aria-label="Step forward"
        disabled={upTo >= items.length}
        onClick={() =>
          player.step(1)}
      >
        ▶
      </button>
      <input
        type="range"
        min={1}
        max={items.length}
        value={upTo}
        aria-label="Place in the run"
        aria-valuetext={`${upTo} of ${items.length}`}
        onInput={({ currentTarget }) =>
          player.seek(currentTarget.valueAsNumber)}
      />
      <select
        aria-label="Speed"
        title="How fast to play, compared with the measured times"
        value={player.speed}
        onChange={({ currentTarget }) =>
          player.setSpeed(Number(currentTarget.value))}
      >
        {SPEEDS.map(([speed, label]) => (
          <option key={speed} value={speed}>{label}</option>
        ))}
      </select>
    </div>
  );
}

/** Says which step is shown, and where the run comes from. */
function placeOf(
  { items, player, status, isRecording }: ControlsProps,
): ComponentChild {
  if (items.length === 0) return status === "starting" ? "starting …" : "";
  const { step } = items[Math.max(0, player.upTo - 1)];
  const last = items.at(-1)!.step;
  const all = status === "ended" ? ` of ${last}` : "";
  return (
    <>
      Step {step}
      {all}
      <span class="from">
        {isRecording ? "recorded" : "this machine, just now"}
      </span>
    </>
  );
}
