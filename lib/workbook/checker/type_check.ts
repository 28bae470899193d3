import { pathToFileURL } from "node:url";
import { fileOf, type Lesson, ROOT } from "./catalog.ts";
import { exerciseAt } from "./sections.ts";
import { stdArgs } from "./std_args.ts";

/** The compiler's errors in the answers, by the exercises' IDs. */
export type TypeErrors = Map<string, string[]>;

/**
 * Type-checks learners' files, as an editor does.
 *
 * @param lessons The lessons whose `exercise.ts` to check.
 * @returns For each exercise with errors, lines such as
 * `exercise.ts:6:9: Type 'number' is not assignable to type 'string'.`
 */
export async function checkTypes(lessons: Lesson[]): Promise<TypeErrors> {
  const files = lessons.map((lesson) => fileOf(lesson, "exercise.ts"));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--cached-only", ...stdArgs(), ...files],
    cwd: ROOT,
    env: { NO_COLOR: "1", FORCE_COLOR: "", RUST_BACKTRACE: "0" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const errors: TypeErrors = new Map();
  if (success || files.length === 0) return errors;
  const text = new TextDecoder().decode(stderr);
  for (const [i, lesson] of lessons.entries()) {
    const url = pathToFileURL(files[i]).href;
    const source = sourceOf(lesson);
    for (const { message, line, column } of errorsIn(text, url)) {
      const id = exerciseAt(source, line);
      if (id === undefined) continue;
      const said = `exercise.ts:${line}:${column}: ${message}`;
      errors.set(id, [...errors.get(id) ?? [], said]);
    }
  }
  return errors;
}

/** Reads a learner's file. Loading it will report why it can't be read. */
function sourceOf(lesson: Lesson): string {
  try {
    return Deno.readTextFileSync(fileOf(lesson, "exercise.ts"));
  } catch {
    return "";
  }
}

/** Finds the errors about one file in the compiler's output. */
function* errorsIn(
  text: string,
  url: string,
): Generator<{ message: string; line: number; column: number }> {
  for (const block of text.split("\n\n")) {
    // The message, the line of code, the marks below it, and the place.
    const [, message] =
      /TS\d+ \[ERROR\]: ([^]+)\n[^\n]*\n *[~^]+\n +at /.exec(block) ?? [];
    const [, at, line, column] = /\n +at (\S+):(\d+):(\d+)/.exec(block) ?? [];
    if (message === undefined || at !== url) continue;
    yield {
      message: message.replace(/\s+/g, " "),
      line: Number(line),
      column: Number(column),
    };
  }
}
