import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { leftBeforeAccept } from "../../net/mod.ts";
import { askWhy } from "../symptoms/ask_why.ts";
import {
  fitTerminal,
  jsonLine,
  Narrator,
  Printer,
  type ShowEvent,
} from "../../show/mod.ts";
import { loadAnswers } from "../checker/answers.ts";
import { endWithParent } from "../checker/interrupted.ts";
import { findLesson, type Lesson } from "../checker/catalog.ts";
import { parseCommandLine, parsePort } from "./command_line.ts";
import { describeShortage } from "./system_error.ts";
import { temporaryFolder } from "../checker/temporary_folder.ts";
import { HelpRequest, UsageError } from "../checker/usage_error.ts";

/** The context of a lesson's run, besides its narrator. */
export interface LessonContext {
  /**
   * The folder for the lesson's `socketFiles`: an absolute path, or empty for a
   * lesson without any.
   */
  folder: string;
}

/** The context of a lesson's server. */
export interface ServeContext extends LessonContext {
  /** The port to listen on; 0 asks the system for a free one. */
  port: number;
  /** Aborts when the server should stop, at Ctrl-C. */
  signal: AbortSignal;
  /**
   * Returns the learner's answer with a name, or the workbook's own if there
   * isn't one.
   *
   * @default every answer is the workbook's own
   */
  answer?: <T>(name: string, ours: T) => T;
}

/**
 * Returns the answer that a lesson's server uses: with `--mine`, the learner's.
 *
 * @param context The server's context.
 * @param name The name of its export in the learner's file.
 * @param ours The workbook's own answer.
 * @returns The answer.
 */
export function answerFor<T>(
  { answer }: Pick<ServeContext, "answer">,
  name: string,
  ours: T,
): T {
  return answer === undefined ? ours : answer(name, ours);
}

/** A lesson's functions and its place in the catalog. */
export interface LessonProgram {
  /** The catalog that the lesson is in. */
  lessons: Lesson[];
  /** The `import.meta.url` of its `lesson.ts`. */
  url: string;
  /** Runs the lesson's demonstration to the end. */
  lesson(show: Narrator, context: LessonContext): Promise<void>;
  /** Runs the lesson's server for the learner's own clients. */
  serve?(show: Narrator, context: ServeContext): Promise<void>;
}

/**
 * Runs a lesson as a program: parses its arguments, prints its story, and
 * reports errors in one line.
 *
 *     deno run … lesson.ts [--json] [--serve [--port N]] [--folder PATH]
 *
 * @param program The lesson.
 */
export async function runLesson(program: LessonProgram): Promise<void> {
  const folder = basename(dirname(fileURLToPath(program.url)));
  const lesson = findLesson(program.lessons, folder);
  const printer = new Printer(print, fitTerminal());
  let serves = false;
  try {
    const { json, port, folder: given, pause, mine } = parseArguments(
      lesson.number,
    );
    if (port !== undefined && program.serve === undefined) {
      throw new UsageError("this lesson has no server: leave out --serve");
    }
    const show = new Narrator(
      json ? printJson : (event) => printer.show(event),
      pause ? { ask: json ? waitForLine : askForPrediction } : {},
    );
    // The command line passes a folder that it also grants permission for.
    if (given !== undefined) endWithParent(() => Deno.exit(1));
    await using own = given === undefined && lesson.socketFiles
      ? await temporaryFolder()
      : undefined;
    const folder = given ?? own?.path ?? "";
    show.lesson(lesson);
    if (port === undefined) {
      await program.lesson(show, { folder });
      show.recall();
    } else {
      serves = true;
      const signal = interruption();
      const answer = mine
        ? await learnersAnswers(program.url, show)
        : undefined;
      await program.serve!(show, { folder, port, signal, answer });
    }
    printer.flush();
  } catch (error) {
    if (describeShortage(error) === undefined) printer.flush();
    const [line, status] = explain(error, lesson.number);
    if (status === 0) console.log(line);
    else console.error(line);
    Deno.exitCode = status;
  }
  // While Deno exits, it no longer handles signals, and a second signal would
  // change the exit status.
  if (serves) Deno.exit();
}

/**
 * Describes an error that `serve` passed to `onError`. Without a connection,
 * the reader never saw that client arrive.
 *
 * @param error The thrown value.
 * @param conn The client's connection; `undefined` if `accept()` failed.
 * @returns One line.
 */
export function describeServeError(error: unknown, conn?: Deno.Conn): string {
  if (conn !== undefined) return `lost a client: ${error}`;
  return leftBeforeAccept(error)
    ? "a client left before it was accepted"
    : `can't accept a client: ${error}`;
}

/** The lesson's parsed arguments; `port` is set if it should serve. */
function parseArguments(
  number: number,
): {
  json: boolean;
  port?: number;
  folder?: string;
  pause: boolean;
  mine: boolean;
} {
  const { flags, values } = parseCommandLine(Deno.args, {
    usage: `deno task lesson ${number} [--json] [--no-pause] ` +
      "[--serve [--mine] [--port 7000]]",
    // The browser edition passes --pause: it asks the reader itself.
    flags: ["json", "serve", "mine", "no-pause", "pause"],
    values: ["port", "folder"],
    words: [0, 0],
  });
  if (values.port !== undefined && flags.serve === 0) {
    throw new UsageError("--port goes with --serve: add --serve");
  }
  if (flags.mine > 0 && flags.serve === 0) {
    throw new UsageError("--mine goes with --serve: add --serve");
  }
  const terminal = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  return {
    json: flags.json > 0,
    mine: flags.mine > 0,
    pause: flags.pause > 0 ||
      terminal && flags.json + flags.serve + flags["no-pause"] === 0,
    port: flags.serve > 0 ? parsePort(values.port ?? "0") : undefined,
    folder: values.folder,
  };
}

/** Finds the learner's answers for a server, and reports which ones it uses. */
async function learnersAnswers(
  url: string,
  show: Narrator,
): Promise<NonNullable<ServeContext["answer"]>> {
  const file = new URL("exercise.ts", url).href;
  const answerTo = await loadAnswers(() => import(file));
  return (name, ours) => {
    const answer = answerTo(name);
    if (answer.state === "started") {
      show.note(`${name}: yours`);
      // Its type is the one in its task.
      return answer.attempt as typeof ours;
    }
    show.note(
      answer.state === "broken"
        ? `${name}: can't be loaded (${answer.error}), so ours is used`
        : `${name}: not started, so ours is used`,
    );
    return ours;
  };
}

/** Reads a line from the terminal; Ctrl-D counts as an empty line. */
async function askForPrediction(): Promise<string> {
  print("   Your prediction, or just press Enter: ");
  return await readLine(() => print("\n"));
}

/** Waits for the browser edition, which keeps the reader's answer to itself. */
async function waitForLine(): Promise<string> {
  await readLine();
  return "";
}

/** Reads a line from standard input, or what's left of it. */
async function readLine(onEnd = () => {}): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  let line = "";
  while (!line.includes("\n")) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) {
      onEnd();
      break;
    }
    line += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return line;
}

/**
 * Aborts at Ctrl-C. Both the terminal and the command line send it to this
 * process, so keep listening until the end: the second signal mustn't cut off
 * the summary.
 */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    // The terminal has printed ^C, so the next line would be too long.
    if (!interrupted.signal.aborted && Deno.stdout.isTerminal()) print("\n");
    interrupted.abort();
  });
  return interrupted.signal;
}

/**
 * Reports an error in one line, and returns the exit status: 2 if the arguments
 * were wrong.
 */
function explain(error: unknown, number: number): [string, number] {
  if (error instanceof HelpRequest) return [error.message, 0];
  if (error instanceof UsageError) return [error.message, 2];
  if (error instanceof Deno.errors.AddrInUse) {
    return [
      "that port is in use: choose another with --port, or leave out --port " +
      "for a free one",
      2,
    ];
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return [
      "the system doesn't allow that port: choose one from 1024 to 65535, " +
      "or leave out --port for a free one",
      2,
    ];
  }
  if (error instanceof Deno.errors.NotCapable) {
    return [
      `the lesson lacks a permission (${error.message}): run it as ` +
      `\`deno task lesson ${number}\``,
      2,
    ];
  }
  const shortage = describeShortage(error);
  if (shortage !== undefined) return [shortage, 1];
  const why = askWhy(error);
  const hint = why === undefined ? "" : `\nwhat causes it: ${why}`;
  return [`the lesson failed: ${Deno.inspect(error)}${hint}`, 1];
}

function printJson(event: ShowEvent): void {
  print(`${jsonLine(event)}\n`);
}

/** Writes immediately: a server's notes mustn't wait for a buffer to fill. */
function print(text: string): void {
  try {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) {
      bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    }
  } catch (error) {
    // The reader closed the pipe, as in `deno task lesson 3 | head`.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
