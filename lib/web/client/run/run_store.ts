import type { TimelineItem } from "../../../xray/timeline.ts";
import { ItemDecoder } from "../../../xray/item_decoder.ts";
import type { RunSource, ServerMessage } from "../../protocol.ts";
import {
  connected,
  keepConnected,
  listen,
  post,
  TAB,
  watchConnection,
} from "../server.ts";

/** The state of a run on the page. */
export interface RunState {
  /** Whether there's a run, and whether it's still running. */
  status: "none" | "starting" | "running" | "ended";
  /** The source of its items. */
  source: RunSource;
  /** The items so far. */
  items: TimelineItem[];
  /** Notes about it, in one line each. */
  notes: string[];
  /** How many questions the reader has answered. */
  answered: number;
}

const NOTHING: RunState = {
  status: "none",
  source: "story",
  items: [],
  notes: [],
  answered: 0,
};

/** The page's run: its state, and the commands that control it. */
export class RunStore {
  state: RunState = NOTHING;
  readonly #lesson: number;
  readonly #onChange: () => void;
  #decoder = new ItemDecoder();
  #run = 0;
  #waiting: TimelineItem[] = [];

  /**
   * @param lesson The lesson's number.
   * @param onChange Called after each change, at most once a frame.
   */
  constructor(lesson: number, onChange: () => void) {
    this.#lesson = lesson;
    this.#onChange = onChange;
    listen((message) => this.#take(message));
    watchConnection((isThere) => {
      if (isThere || this.state.status !== "running") return;
      // The server ends the runs of closed pages.
      this.#flush();
      this.#end(["The connection to the server was lost: that ends the run."]);
    });
  }

  /** Runs the lesson on this machine. */
  async start(options: { xray: boolean }): Promise<void> {
    this.#run = Infinity;
    this.#change({
      ...NOTHING,
      status: "starting",
      source: options.xray ? "xray" : "story",
    });
    keepConnected(true);
    try {
      await connected();
      await post("api/run", { tab: TAB, lesson: this.#lesson, ...options });
    } catch (error) {
      this.#end([error instanceof Error ? error.message : String(error)]);
    }
  }

  /** Shows a recorded run. */
  async load(address: string): Promise<void> {
    this.#change({ ...NOTHING, status: "starting", source: "recording" });
    try {
      const response = await fetch(address);
      if (!response.ok) throw new Error("The recorded run isn't there.");
      const [head, ...lines] = (await response.text()).trim().split("\n");
      const decoder = new ItemDecoder();
      const items = lines.flatMap((line) => decoder.items(line));
      this.#change({
        ...this.state,
        status: "ended",
        items,
        notes: [recordingNote(JSON.parse(head))],
      });
    } catch (error) {
      this.#end([error instanceof Error ? error.message : String(error)]);
    }
  }

  /** Continues the run after a question. */
  async goOn(): Promise<void> {
    this.#change({ ...this.state, answered: this.state.answered + 1 });
    await post("api/continue", { tab: TAB }).catch(() => {});
  }

  /** Ends the run. */
  async stop(): Promise<void> {
    await post("api/stop", { tab: TAB }).catch(() => {});
  }

  #take(message: ServerMessage): void {
    if (message.kind === "run") {
      if (this.state.status !== "starting") return;
      this.#run = message.run;
      this.#decoder = new ItemDecoder();
      this.#waiting = [];
      const notes = message.note === undefined ? [] : [message.note];
      const { source } = message;
      this.#change({ ...this.state, status: "running", source, notes });
    } else if (message.kind === "items" && message.run === this.#run) {
      this.#add(message.lines.flatMap((line) => this.#decoder.items(line)));
    } else if (message.kind === "end") {
      const isOurs = message.run === this.#run || this.#run === Infinity;
      if (!isOurs) return;
      this.#flush();
      const { code, notes } = message;
      const failed = code === 0 || notes.length > 0
        ? []
        : [`The lesson ended with exit code ${code}.`];
      this.#end([...this.state.notes, ...notes, ...failed]);
    }
  }

  /** Adds items. The page draws them together, in the next frame. */
  #add(items: TimelineItem[]): void {
    if (this.#waiting.length === 0) requestAnimationFrame(() => this.#flush());
    this.#waiting.push(...items);
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const items = [...this.state.items, ...this.#waiting];
    this.#waiting = [];
    this.#change({ ...this.state, items });
  }

  #end(notes: string[]): void {
    keepConnected(false);
    this.#change({ ...this.state, status: "ended", notes });
  }

  #change(state: RunState): void {
    this.state = state;
    this.#onChange();
  }
}

function recordingNote(head: Record<string, string>): string {
  const { system, machine, deno, date } = head;
  return `A recorded run, made on ${system} (${machine}) with Deno ${deno} on ` +
    `${date}.`;
}
