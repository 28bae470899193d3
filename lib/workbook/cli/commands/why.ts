import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../../checker/catalog.ts";
import { repeated } from "../../checker/usage_error.ts";
import { candidatesOf, findSymptoms } from "../../symptoms/find.ts";
import {
  candidateLines,
  groupLines,
  symptomLines,
} from "../../symptoms/show.ts";
import type { SymptomGroup } from "../../symptoms/symptom.ts";
import type { CommandContext } from "../command.ts";
import { parseCommandLine } from "../command_line.ts";

/**
 * The most characters to read of an error's text; even a stack trace is
 * shorter.
 */
const MAX_BYTES = 64 * 1024;

/**
 * `deno task why ECONNRESET`: explains the causes of an error, and where to
 * read about it.
 */
export default async function why(
  args: string[],
  io: CommandContext,
): Promise<number> {
  const { words, flags } = parseCommandLine(args, {
    usage: "deno task why [ECONNRESET | half a message] [--json]",
    flags: ["json"],
    words: [0, Infinity],
  });
  const catalog = pathToFileURL(join(ROOT, "lessons", "symptoms.ts")).href;
  const { groups } = await import(catalog) as { groups: SymptomGroup[] };
  const text = words.length > 0 ? words.join(" ") : await pipedText(io);
  const symptoms = groups.flatMap(({ symptoms }) => symptoms);
  const matches = findSymptoms(symptoms, text);
  if (flags.json > 0) {
    const found = matches.map(({ symptom, score }) => ({ ...symptom, score }));
    io.print(JSON.stringify(
      text.trim() === "" ? { groups } : { text, matches: found },
      null,
      2,
    ));
    return 0;
  }
  const candidates = candidatesOf(matches).map(({ symptom }) => symptom);
  if (candidates.length === 0) {
    io.print(...groupLines(groups, io));
    if (text.trim() === "") return 0;
    io.complain(
      `nothing matches ${repeated(shortened(text))}: try other words`,
    );
    return 1;
  }
  io.print(
    ...candidates.length === 1
      ? symptomLines(candidates[0], io)
      : candidateLines(candidates, io),
  );
  return 0;
}

/**
 * Reads an error or a stack trace from standard input, unless that's a
 * terminal.
 */
async function pipedText({ input }: CommandContext): Promise<string> {
  if (input.isTerminal()) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of input.readable) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BYTES) break;
  }
  return text;
}

function shortened(text: string): string {
  const [line] = text.trim().split("\n");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
