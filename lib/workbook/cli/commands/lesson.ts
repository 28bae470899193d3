import { dim } from "@std/fmt/colors";
import {
  fileOf,
  findLesson,
  type Lesson,
  ROOT,
} from "../../checker/catalog.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { listLines } from "../list.ts";
import { checkAll } from "../../checker/progress.ts";
import {
  Interrupted,
  onInterrupt,
  signalChild,
} from "../../checker/interrupted.ts";
import { describeFewFiles } from "../system_error.ts";
import { sandboxArgs } from "../../checker/sandbox.ts";
import { temporaryFolder } from "../../checker/temporary_folder.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";

/** The options for X-ray. */
const XRAY_FLAGS = ["all", "delta"];

/** How long a lesson may run without `--serve`, in milliseconds. */
const LIMIT_MS = 120_000;

/** `deno task lesson`: lists the lessons, or runs one. */
export default async function lesson(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words, flags, values } = parseCommandLine(args, {
    usage: "deno task lesson [3 | echo] [--calls | --packets | --xray " +
      "[--step 2] [--all] [--delta]] [--json [--brief]] [--no-pause] " +
      "[--serve [--mine] [--port 7000]]",
    flags: [
      "json",
      "serve",
      "mine",
      "calls",
      "packets",
      "xray",
      "brief",
      "no-pause",
      ...XRAY_FLAGS,
    ],
    values: ["port", "step"],
    words: [0, 1],
  });
  if (words.length === 0) {
    const given = Object.values(flags).some((times) => times > 0);
    if (given || values.port !== undefined || values.step !== undefined) {
      throw new UsageError("which lesson? for example deno task lesson 3");
    }
    io.print(...listLines(io.lessons, await checkAll(io.lessons)));
    return 0;
  }
  const chosen = findLesson(io.lessons, words[0]);
  // The lesson itself reports what's wrong with them.
  const options = [];
  if (flags.serve > 0) options.push("--serve");
  if (flags.mine > 0) options.push("--mine");
  if (values.port !== undefined) options.push(`--port=${values.port}`);
  const [json, serve] = [flags.json > 0, flags.serve > 0];
  const calls = flags.calls + flags.xray > 0;
  const packets = flags.packets + flags.xray > 0;
  if (calls || packets) {
    const { xrayLesson } = await import("./xray.ts");
    const [brief, all, delta] = ["brief", "all", "delta"].map((name) =>
      flags[name] > 0
    );
    const step = stepIn(values.step, serve);
    const look = { calls, packets, json, brief, all, delta, step };
    const request = { ...look, serve, options, limitMs: LIMIT_MS };
    return await xrayLesson(chosen, request, io);
  }
  const unfit = [...XRAY_FLAGS, "step"].find((name) =>
    flags[name] > 0 || values[name] !== undefined
  );
  if (unfit !== undefined) {
    throw new UsageError(`--${unfit} goes with --calls, --packets, or --xray`);
  }
  if (flags.brief > 0) {
    throw new UsageError("--brief goes with --json and --calls or --packets");
  }
  if (json) options.push("--json");
  if (flags["no-pause"] > 0) options.push("--no-pause");
  const status = await run(chosen, options);
  const isFailure = status !== 0 && status !== 2;
  const few = isFailure ? describeFewFiles() : undefined;
  if (few !== undefined) console.error(few);
  if (status === 0 && !json && !serve) {
    io.print(
      "",
      dim(`read it: deno task read ${chosen.number}    then: deno task next`),
    );
  }
  return status;
}

/** Parses the number of a step. */
function stepIn(text: string | undefined, serve: boolean): number | undefined {
  if (text === undefined) return undefined;
  if (serve) throw new UsageError("a server has no steps: leave out --step");
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UsageError(`no step ${repeated(text)}: steps are 1, 2, 3, …`);
}

/**
 * Runs the lesson in a child process that may use only the loopback network.
 */
async function run(chosen: Lesson, options: string[]): Promise<number> {
  const started: { child?: Deno.ChildProcess } = {};
  let interrupted = false;
  // The terminal sends Ctrl-C to the child, too, which then ends on its own; a
  // signal to this process alone is passed on. The handler stays until the
  // process ends, so that a second signal during the cleanup doesn't change the
  // exit status.
  onInterrupt(() => {
    interrupted = true;
    if (started.child !== undefined) signalChild(started.child, "SIGINT");
    // A server ends the line itself, before it prints its summary.
  }, { endLine: !options.includes("--serve") });
  await using folder = await temporaryFolder();
  if (interrupted) throw new Interrupted();
  const child = started.child = new Deno.Command(Deno.execPath(), {
    args: [
      ...sandboxArgs(fileOf(chosen, "lesson.ts"), {
        folder: folder.path,
        socketFiles: chosen.socketFiles,
        programs: chosen.programs,
        // The learner's file is loaded by its URL.
        read: options.includes("--mine") ? [ROOT] : [],
      }),
      "--folder",
      folder.path,
      ...options,
    ],
  }).spawn();

  let late = false;
  // No limit while the reader thinks about a question.
  const open = options.includes("--serve") || Deno.stdin.isTerminal();
  const limit = open ? undefined : setTimeout(() => {
    late = true;
    signalChild(child, "SIGKILL");
  }, LIMIT_MS);
  const { code } = await child.status;
  clearTimeout(limit);
  if (late) {
    console.error(`the lesson was stopped after ${LIMIT_MS / 1000} s`);
  }
  return code;
}
