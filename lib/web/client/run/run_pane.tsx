import { useEffect, useMemo, useRef, useState } from "../../deps/hooks.ts";
import { Run } from "../../draw/mod.ts";
import type { TimelineItem } from "../../../xray/timeline.ts";
import { IS_LIVE } from "../page.ts";
import { drawInReading, drawXrayInReading } from "../drawings/in_reading.tsx";
import { Controls, type View } from "./controls.tsx";
import { isQuestion, storyOf } from "./story.ts";
import { usePlayer } from "./player.ts";
import { QuestionCard } from "./question_card.tsx";
import { RunStore } from "./run_store.ts";
import { usePredictions } from "./use_predictions.ts";
import { useWidth } from "./width.ts";
import { XrayView } from "./xray_view.tsx";

/** The lessons about sliding windows. */
const ABOUT_WINDOWS = ["byte_stream", "reliable_stream", "flow_and_congestion"];

/** The page's lesson, as the server describes it. */
export interface RunPaneProps {
  /** The lesson's number. */
  lesson: number;
  /** The end of its folder's name. */
  name: string;
  /** Its title. */
  title: string;
  /** The address of its recorded run, for a page without a server. */
  recording?: string;
}

/** Shows the run: its controls, and its drawing. */
export function RunPane(props: RunPaneProps) {
  const [, redraw] = useState(0);
  const store = useMemo(
    () => new RunStore(props.lesson, () => redraw((n) => n + 1)),
    [],
  );
  const { status, items, notes, source, answered } = store.state;
  const [view, setView] = useState<View>("story");
  const player = usePlayer(items, {
    isStop: isQuestion,
    isSeen: (item) => isSeenIn(view, item),
  });
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(body);
  const predictions = usePredictions(props.name);

  async function start(chosen: View = view) {
    if (props.recording !== undefined) {
      if (status === "none") await store.load(props.recording);
      player.play(0);
      return;
    }
    player.follow();
    await store.start({ xray: chosen === "xray" });
  }

  useEffect(() => {
    const press = () => {
      document.getElementById("run")?.scrollIntoView({ block: "start" });
      start();
    };
    const buttons = document.querySelectorAll('[data-action="run"]');
    for (const button of buttons) button.addEventListener("click", press);
    return () => {
      for (const button of buttons) button.removeEventListener("click", press);
    };
  }, [view, status]);

  const shown = items.slice(0, player.upTo);
  const question = questionAt(shown);
  const isOver = status === "ended" && player.upTo === items.length;
  const events = storyOf(shown, { predictions, isOver });

  // The lesson itself waits only at the newest question, while it runs.
  const isLast = question !== undefined &&
    question.item === items.findLast(isStory);
  const isAnswered = status === "running" && isLast &&
    question.number <= answered;
  async function goOn() {
    if (status !== "running" || !isLast) return player.play();
    player.follow();
    await store.goOn();
  }

  useEffect(() => {
    if (!isOver) return;
    const whose = source === "recording" ? "a recorded run" : "your run";
    drawInReading(events, whose);
    if (source !== "story") drawXrayInReading(items, whose);
  }, [isOver]);
  useEffect(
    () => showNewest(body.current, view),
    [player.upTo, question?.number, view],
  );

  const canXray = source !== "story";
  return (
    <>
      <Controls
        {...{ view, setView, player, status, items }}
        isRecording={props.recording !== undefined}
        start={start}
        stop={() => store.stop()}
      />
      <div class="run-body" ref={body}>
        {status === "none" && <Invitation {...props} view={view} />}
        {notes.map((note) => <p key={note} class="run-note">{note}</p>)}
        {status === "starting" && <p class="run-note">Starting …</p>}
        {width > 0 && items.length > 0 && view === "story" && (
          <Run events={events} upTo={events.length} width={width} />
        )}
        {width > 0 && items.length > 0 && view === "xray" &&
          (canXray
            ? (
              <XrayView
                items={items}
                upTo={player.upTo}
                width={width}
                showsWindows={width > 440 && ABOUT_WINDOWS.includes(props.name)}
              />
            )
            : (
              <div class="run-note">
                <p>
                  X-ray wasn't on in this run, so its calls and packets weren't
                  recorded.
                </p>
                <button
                  type="button"
                  class="primary"
                  onClick={() => start("xray")}
                >
                  Run again with X-ray
                </button>
              </div>
            ))}
        {question !== undefined && !isOver && !isAnswered && (
          <QuestionCard
            key={question.number}
            number={question.number}
            question={question.text}
            isAsked={view === "story"}
            id={predictions.idOf(question.text)}
            onContinue={goOn}
          />
        )}
      </div>
    </>
  );
}

/** Invites the reader to run the lesson, until the first run. */
function Invitation({ title, view, recording }: RunPaneProps & { view: View }) {
  return (
    <div class="invitation">
      <p>
        {recording === undefined
          ? `“${title}” runs here, on this machine. `
          : `A recorded run of “${title}” plays here. `}
        It stops at each question, so that you can predict the answer.
      </p>
      {view === "xray" && IS_LIVE && (
        <p>
          With X-ray, you also see its system calls and packets. That makes the
          run a little slower.
        </p>
      )}
    </div>
  );
}

/** Returns the question at which a run waits, if its last event is one. */
function questionAt(shown: TimelineItem[]) {
  const last = shown.findLast(isStory);
  if (last?.seen !== "story" || last.event.kind !== "predict") return undefined;
  const number = shown.filter(isQuestion).length;
  return { item: last, number, text: last.event.question };
}

/** Whether an item gets its own place in a view. */
function isSeenIn(view: View, item: TimelineItem): boolean {
  if (view === "story") return isStory(item);
  return item.seen !== "call" || !item.call.housekeeping;
}

function isStory({ seen }: TimelineItem): boolean {
  return seen === "story";
}

/** Scrolls the pane to the newest item. */
function showNewest(body: HTMLElement | null, view: View): void {
  const pane = body?.closest<HTMLElement>(".run");
  if (!pane || getComputedStyle(pane).overflowY !== "auto") return;
  // The story grows at its end; in an X-ray, the current row moves.
  const now = body!.querySelector(".draw-row.now")?.getBoundingClientRect();
  if (view === "story" || now === undefined) pane.scrollTop = pane.scrollHeight;
  else if (now.bottom > innerHeight - 40 || now.top < HEAD) {
    pane.scrollBy({ top: now.top - innerHeight / 2, behavior: "instant" });
  }
}

/** How much of the drawing's top is covered, in pixels. */
const HEAD = 200;
