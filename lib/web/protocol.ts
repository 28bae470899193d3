/**
 * What the server and its pages say to each other. Commands are POST requests
 * with JSON; everything that happens comes back as Server-Sent Events.
 *
 * @module
 */
import type { Verdict } from "../workbook/checker/check_events.ts";

/** The result of an exercise's check, for a page. */
export interface ExerciseResult {
  /** The exercise, such as `3.1`. */
  id: string;
  /** What the check found. */
  verdict: Verdict;
  /** What the compiler says about the answer, one line for each error. */
  typeErrors?: string[];
  /** What the answer printed. */
  printed?: string;
  /** When the check ended, in milliseconds since 1970; 0 if it's an older one. */
  atMs: number;
}

/** Where a run's items come from. */
export type RunSource = "story" | "xray" | "recording";

/** What the server tells a page. */
export type ServerMessage =
  /** A run begins. `note` says why it isn't what was asked for. */
  | { kind: "run"; run: number; source: RunSource; note?: string }
  /** More of the run: lines as `--xray --json` prints them. */
  | { kind: "items"; run: number; lines: string[] }
  /** The run is over. `notes` say what went wrong, in one line each. */
  | { kind: "end"; run: number; code: number; notes: string[] }
  /** An exercise is being checked. */
  | { kind: "checking"; ids: string[] }
  /** An exercise has been checked. */
  | { kind: "checked"; result: ExerciseResult };

/** What a page asks the server to do, by path. */
export interface Commands {
  /** Runs a lesson in this tab, and ends the run before. */
  "api/run": { tab: string; lesson: number; xray: boolean };
  /** Lets the run go on after a question. */
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
  /** What it printed, and the error that ended it. */
  output: string;
  /** How long it took, in milliseconds, with the start of Deno. */
  tookMs: number;
}
