import { DamagedCapture, readPackets } from "../packets/capture_file.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";
import { Interrupted } from "../../checker/interrupted.ts";
import { NobodyReads, Output } from "../output.ts";
import { Box } from "../packets/box.ts";
import { parseFilter } from "../packets/filter.ts";
import { Follow } from "../packets/follow.ts";
import { JsonLines, List } from "../packets/list.ts";
import type { Show, ShowOptions } from "../packets/show.ts";
import { repeated, UsageError } from "../../checker/usage_error.ts";

const USAGE =
  "deno task packets FILE [--json | --follow 1 | --box 1] [--raw] " +
  "[--only 'port 53'] [--conversation 1]";

/**
 * `deno task packets FILE`: shows the packets of a capture, and their
 * conversations.
 */
export default async function packets(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words: [name], flags, values } = parseCommandLine(args, {
    usage: USAGE,
    flags: ["json", "raw"],
    values: ["follow", "box", "only", "conversation"],
    words: [1, 1],
    noun: "capture",
  });
  const output = new Output(io.output);
  const show = chooseShow({
    json: flags.json > 0,
    follow: values.follow,
    box: values.box,
  }, {
    output,
    width: io.width,
    raw: flags.raw > 0,
    filter: values.only === undefined ? null : parseFilter(values.only),
    conversation: values.conversation === undefined
      ? null
      : parseNumber("conversation", values.conversation),
  });
  try {
    const problem = await readPackets(name, {
      visit: (packet) => show.packet(packet),
      pause: () => output.flush(),
      input: io.input,
    }).catch((error) => {
      const isPartial = error instanceof DamagedCapture ||
        error instanceof Interrupted;
      if (isPartial) return error;
      throw error;
    });
    const missing = show.missing?.() ?? null;
    // The requested packets may be in the part that couldn't be read.
    if (missing !== null && !problem) throw new UsageError(missing);
    if (missing === null) show.end();
    await output.flush();
    if (problem instanceof Interrupted) throw problem;
    if (problem instanceof DamagedCapture) {
      io.complain(problem.message);
      return 1;
    }
    return 0;
  } catch (error) {
    if (error instanceof NobodyReads) return 0;
    throw error;
  }
}

function chooseShow(
  modes: { json: boolean; follow?: string; box?: string },
  options: ShowOptions,
): Show {
  const { json, follow, box } = modes;
  const given = [
    json ? "--json" : "",
    follow === undefined ? "" : "--follow",
    box === undefined ? "" : "--box",
  ].filter((option) => option !== "");
  if (given.length > 1) {
    throw new UsageError(
      `${given.join(" and ")} don't go together: choose one`,
    );
  }
  const { filter, conversation } = options;
  if ((filter !== null || conversation !== null) && !json && given.length > 0) {
    const option = filter === null ? "--conversation" : "--only";
    throw new UsageError(
      `${given[0]} and ${option} don't go together: choose one`,
    );
  }
  if (options.raw && (json || box !== undefined)) {
    throw new UsageError(
      `${given[0]} always shows raw numbers: leave out --raw`,
    );
  }
  if (json) return new JsonLines(options);
  if (follow !== undefined) {
    return new Follow(parseNumber("conversation", follow), options);
  }
  if (box !== undefined) return new Box(parseNumber("packet", box), options);
  return new List(options);
}

function parseNumber(noun: string, text: string): number {
  if (/^0*[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(
    `no ${noun} ${repeated(text)}: ${noun}s are numbered from 1`,
  );
}
