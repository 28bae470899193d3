import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { leftBeforeAccept } from "../../net/mod.ts";
import { askWhy } from "../symptoms/ask_why.ts";
import {
  fitTerminal,
  Narrator,
  Printer,
  type ShowEvent,
} from "../../show/mod.ts";
import { loadAnswers } from "../checker/answers.ts";
import { endWithParent } from "../checker/interrupted.ts";
import { findLesson, type Lesson } from "../checker/catalog.ts";
import { parseCommandLine, parsePort } from "./command_line.ts";
import { temporaryFolder } from "../checker/temporary_folder.ts";
import { HelpRequest, UsageError } from "../checker/usage_error.ts";

/** What a lesson is given besides the object to tell its story to. */
export interface LessonContext {
  /**
   * A folder of its own for the lesson's `socketFiles`: an absolute path, or
   * empty for a lesson that has none.
   */
  folder: string;
}

/** What a lesson's server is given. */
export interface ServeContext extends LessonContext {
  /** The port to listen on; 0 takes a free one. */
  port: number;
  /** Aborts when the server should end: at Ctrl-C. */
  signal: AbortSignal;
  /**
   * The learner's answer with a name, or the workbook's own where there's none.
   *
   * @default every answer is the workbook's own
   */
  answer?: <T>(name: string, ours: T) => T;
}

/**
 * The answer that a lesson's server uses: with `--mine` the learner's.
 *
 * @param context What the server is given.
 * @param name The name that the learner's file exports it under.
 * @param ours The workbook's own.
 * @returns The answer.
 */
export function answerFor<T>(
  { answer }: Pick<ServeContext, "answer">,
  name: string,
  ours: T,
): T {
  return answer === undefined ? ours : answer(name, ours);
}

/** What a lesson can do, and where it is. */
export interface LessonProgram {
  /** The catalog that the lesson is in. */
  lessons: Lesson[];
  /** The `import.meta.url` of its `lesson.ts`. */
  url: string;
  /** Runs the lesson's demonstration to its end. */
  lesson(show: Narrator, context: LessonContext): Promise<void>;
  /** Keeps the lesson's server up for clients of the learner's own. */
  serve?(show: Narrator, context: ServeContext): Promise<void>;
}

/**
 * Runs a lesson as a program: reads its arguments, prints what it tells, and
 * turns what goes wrong into one line.
 *
 *     deno run … lesson.ts [--json] [--serve [--port N]] [--folder PATH]
 *
 * @param program What it can do.
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
    // The command line gives a folder that it also grants permission for.
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
    printer.flush();
    const [line, status] = explain(error, lesson.number);
    if (status === 0) console.log(line);
    else console.error(line);
    Deno.exitCode = status;
  }
  // To end by itself takes Deno a moment in which it listens no more, and a
  // second signal would end it with another status.
  if (serves) Deno.exit();
}

/**
 * What a lesson's server says of a failure that `onError` of `serve` hears of.
 * Without a connection, nobody is gone whom the reader has seen come.
 *
 * @param error What was thrown.
 * @param conn The client's connection; none if `accept()` has failed.
 * @returns One line.
 */
export function describeServeError(error: unknown, conn?: Deno.Conn): string {
  if (conn !== undefined) return `a client is gone: ${error}`;
  return leftBeforeAccept(error)
    ? "a client left before it was accepted"
    : `cannot accept a client: ${error}`;
}

/** What a lesson was asked for; `port` is there if it is to serve. */
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
    // The browser edition gives --pause: it asks the reader itself.
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

/** Finds the learner's answers for a server, and tells which it uses. */
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
      // Its type is what its task says.
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

/** Reads a line from the terminal; Ctrl-D is an empty one. */
async function askForPrediction(): Promise<string> {
  print("   Your prediction, or just Enter: ");
  return await readLine(() => print("\n"));
}

/** Waits for the browser edition, which keeps the reader's words to itself. */
async function waitForLine(): Promise<string> {
  await readLine();
  return "";
}

/** Reads a line from standard input, as far as there is one. */
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
 * Aborts at Ctrl-C. A terminal tells this process of it, and the command line
 * passes it on: so it listens to the end, for a second signal must not cut off
 * the summary that the first one asks for.
 */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    // The terminal has shown ^C, which would push a full line over its edge.
    if (!interrupted.signal.aborted && Deno.stdout.isTerminal()) print("\n");
    interrupted.abort();
  });
  return interrupted.signal;
}

/** One line for a person, and the exit status: 2 if the call was at fault. */
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
      "the system does not allow that port: choose one from 1024 to 65535, " +
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
  const why = askWhy(error);
  const hint = why === undefined ? "" : `\nwhat causes it: ${why}`;
  return [`the lesson failed: ${Deno.inspect(error)}${hint}`, 1];
}

function printJson(event: ShowEvent): void {
  print(`${JSON.stringify(event)}\n`);
}

/** Writes at once: a server's notes must not wait for a buffer to fill. */
function print(text: string): void {
  try {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) {
      bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    }
  } catch (error) {
    // The reader has seen enough, as in `deno task lesson 3 | head`.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
