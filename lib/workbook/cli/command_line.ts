import { parseArgs } from "@std/cli/parse-args";
import { repeated, UsageError } from "../checker/usage_error.ts";

/** What a command accepts. */
export interface CommandSyntax {
  /** How it is called, for a person: `deno task hint 3.1 [--more]`. */
  usage: string;
  /**
   * Options that are there or not.
   *
   * @default []
   */
  flags?: string[];
  /**
   * Options that have a value.
   *
   * @default []
   */
  values?: string[];
  /** The fewest and the most words besides the options. */
  words: [min: number, max: number];
  /**
   * What a missing word should name: `exercise`.
   *
   * @default "one"
   */
  noun?: string;
}

/** What a person typed. */
export interface CommandLine {
  /** Words besides the options. */
  words: string[];
  /** How many times each flag was given. */
  flags: Record<string, number>;
  /** The value of each option that has one. */
  values: Record<string, string | undefined>;
}

/**
 * Takes a command's arguments apart.
 *
 * @param args What follows the command.
 * @param syntax What it accepts.
 * @returns Words, flags and values.
 * @throws {UsageError} If anything else was given, or too much or too little.
 *
 * @example A word and a flag given twice
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
  if (args.includes("--help") || args.includes("-h")) {
    throw new UsageError(`usage: ${usage}`);
  }
  // parseArgs keeps the words under this name, and does not survive an option
  // that is called the same.
  const underscore = args.find((arg) => arg.split("=")[0] === "--_");
  if (underscore !== undefined) throw wrong(noOption(underscore));
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
  for (const arg of args) {
    const [option, value] = arg.split("=");
    if (value !== undefined && flags.includes(option.slice(2))) {
      throw wrong(`${option} takes no value`);
    }
  }
  const namedValues = Object.fromEntries(values.map((name) => {
    const all = given[name] ?? [];
    if (all.length > 1) throw wrong(`--${name} was given twice`);
    if (all[0] === "") throw wrong(`--${name} needs a value`);
    return [name, all[0] as string | undefined];
  }));
  const words = given._;
  if (words.length > max) {
    throw wrong(`${repeated(words[max])} is one word too many`);
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
 * Reads a port's number.
 *
 * @param text What was typed.
 * @returns The port, 0 included.
 * @throws {UsageError} If it is none.
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
    `no port ${repeated(text)}: ports are 1 to 65535, and 0 takes a free one`,
  );
}

function noOption(arg: string): string {
  return `no option ${repeated(arg.split("=")[0])}`;
}
