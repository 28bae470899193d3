import { parseArgs } from "@std/cli/parse-args";
import { HelpRequest, repeated, UsageError } from "../checker/usage_error.ts";

/** The arguments that a command accepts. */
export interface CommandSyntax {
  /** The usage text, such as `deno task hint 3.1 [--more]`. */
  usage: string;
  /**
   * The options without a value.
   *
   * @default []
   */
  flags?: string[];
  /**
   * The options with a value.
   *
   * @default []
   */
  values?: string[];
  /** The minimum and the maximum number of words that aren't options. */
  words: [min: number, max: number];
  /**
   * The noun for a missing word, such as `exercise`.
   *
   * @default "one"
   */
  noun?: string;
}

/** The arguments of a command, by kind. */
export interface CommandLine {
  /** The words that aren't options. */
  words: string[];
  /** The number of times that each option without a value was given. */
  flags: Record<string, number>;
  /** The value of each option with a value. */
  values: Record<string, string | undefined>;
}

/**
 * Parses a command's arguments.
 *
 * @param args The arguments after the command.
 * @param syntax The arguments that the command accepts.
 * @returns The words, flags, and values.
 * @throws {UsageError} If an argument is unknown, or if there are too many or
 * too few.
 * @throws {HelpRequest} If one of the arguments is `--help` or `-h`.
 *
 * @example A word, and a flag that's given twice
 * ```ts
 * import { parseCommandLine } from "./command_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { words, flags } = parseCommandLine(["3.1", "--more", "--more"], {
 *   usage: "deno task hint 3.1 [--more]",
 *   flags: ["more"],
 *   words: [1, 1],
 *   noun: "exercise",
 * });
 * assertEquals([words, flags.more], [["3.1"], 2]);
 * ```
 */
export function parseCommandLine(
  args: string[],
  syntax: CommandSyntax,
): CommandLine {
  const { usage, flags = [], values = [], noun = "one" } = syntax;
  const [min, max] = syntax.words;
  const wrong = (problem: string) =>
    new UsageError(`${problem}; usage: ${usage}`);
  answerHelp(args, usage);
  // parseArgs accepts a value for a flag, reads `--no-more=1` as `--more` and
  // `--_=1` as a word, and doesn't call `unknown` for any of them.
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  for (const arg of args.slice(0, end)) {
    const [, name, value] = /^--([^=]+)(=.*)?$/s.exec(arg) ?? [];
    if (name === undefined || values.includes(name)) continue;
    if (!flags.includes(name)) throw wrong(noOption(arg));
    if (value !== undefined) throw wrong(`--${name} takes no value`);
  }
  const given = parseArgs(args, {
    boolean: flags,
    string: ["_", ...values],
    collect: [...flags, ...values],
    unknown(arg, key) {
      if (key !== undefined) throw wrong(noOption(arg));
    },
  }) as unknown as
    & { _: string[] }
    & Record<string, (boolean | string)[] | undefined>;
  const namedValues = Object.fromEntries(values.map((name) => {
    const all = given[name] ?? [];
    if (all.length > 1) throw wrong(`--${name} was given twice`);
    if (all[0] === "") throw wrong(`--${name} needs a value`);
    return [name, all[0] as string | undefined];
  }));
  const words = given._;
  if (words.length > max) {
    throw wrong(`${repeated(words[max])} is one argument too many`);
  }
  if (words.length < min) {
    throw new UsageError(`which ${noun}? usage: ${usage}`);
  }
  return {
    words,
    flags: Object.fromEntries(
      flags.map((name) => [name, given[name]?.length ?? 0]),
    ),
    values: namedValues,
  };
}

/**
 * Handles `--help` and `-h`.
 *
 * @param args The arguments after the command.
 * @param usage The command's syntax.
 * @throws {HelpRequest} If one of the options is `--help` or `-h`.
 *
 * @example A request for help
 * ```ts
 * import { answerHelp } from "./command_line.ts";
 * import { assertThrows } from "@std/assert";
 *
 * answerHelp(["3"], "deno task read 3");
 * assertThrows(
 *   () => answerHelp(["-h"], "deno task read 3"),
 *   Error,
 *   "usage: deno task read 3",
 * );
 * ```
 */
export function answerHelp(args: string[], usage: string): void {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const isAsked = args.slice(0, end)
    .some((arg) => arg === "--help" || arg === "-h");
  if (isAsked) throw new HelpRequest(`usage: ${usage}`);
}

/**
 * Parses a port number.
 *
 * @param text The argument.
 * @returns The port, from 0 to 65535.
 * @throws {UsageError} If the text isn't a port number.
 *
 * @example Digits only
 * ```ts
 * import { parsePort } from "./command_line.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parsePort("7000"), 7000);
 * assertThrows(() => parsePort("7e3"), Error, "no port 7e3");
 * ```
 */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65535) return port;
  throw new UsageError(
    `no port ${repeated(text)}: ports are 1 to 65535, or 0 for a free one`,
  );
}

function noOption(arg: string): string {
  return `no option ${repeated(arg.split("=")[0])}`;
}
