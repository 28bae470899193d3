/**
 * The messages between the server and its pages. Commands are POST requests
 * with JSON, and events come back as Server-Sent Events.
 *
 * @module
 */
import type { Verdict } from "../workbook/checker/check_events.ts";

/** The result of an exercise's check, for a page. */
export interface ExerciseResult {
  /** The exercise, such as `3.1`. */
  id: string;
  /** The check's verdict. */
  verdict: Verdict;
  /** The compiler's errors, one line for each. */
  typeErrors?: string[];
  /** The answer's output. */
  printed?: string;
  /**
   * When the check ended, in milliseconds since 1970; 0 if it's an older one.
   */
  atMs: number;
}

/** The source of a run's items. */
export type RunSource = "story" | "xray" | "recording";

/** A message from the server to a page. */
export type ServerMessage =
  /** A run begins. `note` says why it's another run than requested. */
  | { kind: "run"; run: number; source: RunSource; note?: string }
  /** More of the run: lines as `--xray --json` prints them. */
  | { kind: "items"; run: number; lines: string[] }
  /** The run is over. `notes` are its failures, in one line each. */
  | { kind: "end"; run: number; code: number; notes: string[] }
  /** An exercise is being checked. */
  | { kind: "checking"; ids: string[] }
  /** An exercise has been checked. */
  | { kind: "checked"; result: ExerciseResult };

/** The commands that a page sends to the server, by path. */
export interface Commands {
  /** Runs a lesson in this tab, and ends the tab's last run. */
  "api/run": { tab: string; lesson: number; xray: boolean };
  /** Continues the run after a question. */
  "api/continue": { tab: string };
  /** Ends the run. */
  "api/stop": { tab: string };
  /** Runs an example of a reading. */
  "api/example": { lesson: number; number: number };
}

/** How an example's run ended. */
export interface ExampleResult {
  /** Whether it ran to its end. */
  ok: boolean;
  /** Its output, and the error that ended it. */
  output: string;
  /** How long it took, in milliseconds, including the start of Deno. */
  tookMs: number;
}
