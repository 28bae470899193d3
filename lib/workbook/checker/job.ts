/** What a child process that checks an answer is told, on its standard input. */
export interface CheckJob {
  /**
   * Marks the lines that are the child's own. Only the two processes know it:
   * what the learner's code prints goes to the same place.
   */
  mark: string;
  /** The address of the lesson's `exercises.ts`. */
  exercisesUrl: string;
  /** The address of the learner's `exercise.ts`. */
  answersUrl: string;
  /** The exercise: `3.1`. */
  id: string;
  /** The name that its answer is exported under: `echo`. */
  name: string;
}

/**
 * Reads the job from standard input, before any of the learner's code is
 * loaded.
 *
 * @returns The job.
 */
export function readJob(): CheckJob {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(4096);
  for (let n; (n = Deno.stdin.readSync(buffer)) !== null;) {
    chunks.push(buffer.slice(0, n));
  }
  const text = chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
  return JSON.parse(text);
}
