/**
 * The input of a child process that checks an answer, on its standard input.
 */
export interface CheckJob {
  /**
   * The mark of the child's own lines. Only the two processes know it, because
   * the learner's code prints to the same output.
   */
  mark: string;
  /** The address of the lesson's `exercises.ts`. */
  exercisesUrl: string;
  /** The address of the learner's `exercise.ts`. */
  answersUrl: string;
  /** The exercise's id: `3.1`. */
  id: string;
  /** The name that its answer is exported under: `echo`. */
  name: string;
}

/**
 * Reads the job from standard input, before loading any of the learner's code.
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
