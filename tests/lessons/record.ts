import { Narrator, type ShowEvent } from "../../lib/show/mod.ts";
import type { ServeContext } from "../../lib/workbook/cli/run_lesson.ts";

/** One kind of event. */
export type EventOf<K extends ShowEvent["kind"]> = Extract<
  ShowEvent,
  { kind: K }
>;

/** What a lesson told, to be asked about. */
export class Recording {
  /** All events, in order. */
  readonly events: ShowEvent[] = [];
  /** The object to tell the lesson to. */
  readonly show: Narrator = new Narrator((event) => this.events.push(event));

  /**
   * The events of one kind, in order.
   *
   * @param kind For example `arrow`.
   * @returns Them.
   */
  all<K extends ShowEvent["kind"]>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> =>
      event.kind === kind
    );
  }

  /**
   * The value of a fact that is told once.
   *
   * @param name The fact's name.
   * @returns Its value.
   */
  fact(name: string): string {
    const values = this.all("fact").filter((fact) => fact.name === name);
    if (values.length !== 1) {
      throw new Error(`the fact "${name}" was told ${values.length} times`);
    }
    return values[0].value;
  }
}

/**
 * Runs a lesson, and records what it tells.
 *
 * @param lesson The lesson, or whatever tells something.
 * @returns The recording.
 */
export async function record(
  lesson: (show: Narrator) => Promise<void>,
): Promise<Recording> {
  const recording = new Recording();
  await lesson(recording.show);
  return recording;
}

/**
 * Makes one run of a lesson serve all tests of a file.
 *
 * @param lesson The lesson, or whatever tells something.
 * @returns Gives the recording, which the first call makes.
 */
export function recordOnce(
  lesson: (show: Narrator) => Promise<void>,
): () => Promise<Recording> {
  let recorded: Promise<Recording> | undefined;
  return () => recorded ??= record(lesson);
}

/**
 * Runs a lesson's server at a free port while a test talks to it.
 *
 * @param serve The lesson's server.
 * @param talk Talks to it; the recording has what the server tells.
 * @returns The whole recording, when the server has stopped.
 */
export async function recordServer(
  serve: (show: Narrator, context: ServeContext) => Promise<void>,
  talk: (recording: Recording) => Promise<void>,
): Promise<Recording> {
  const stop = new AbortController();
  const context = { port: 0, folder: "", signal: stop.signal };
  const recording = new Recording();
  const serving = serve(recording.show, context);
  try {
    await talk(recording);
  } finally {
    stop.abort();
    await serving;
  }
  return recording;
}
