/**
 * The offline edition of `@std/cli/parse-args`: the options that the workbook
 * uses, as a wrapper around `parseArgs` of `node:util`. All values stay texts,
 * as in the published edition if you declare them, and `_`, as `string`.
 *
 * @module
 */

import { parseArgs as parseTokens } from "node:util";

/** The options of {@linkcode parseArgs}. */
export interface ParseOptions {
  /** The flags without a value, which are `false` if not given. @default {[]} */
  boolean?: readonly string[];
  /** The flags with a value, and `_` for the positional arguments. @default {[]} */
  string?: readonly string[];
  /** The flags whose values are collected in an array. @default {[]} */
  collect?: readonly string[];
  /**
   * Called with each argument that isn't declared, also a positional one; if it
   * returns `false`, the argument is dropped.
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The result of {@linkcode parseArgs}: flags by name, and positional arguments. */
// deno-lint-ignore no-explicit-any -- The published type, on which callers rely.
export type Args = Record<string, any> & {
  /** The arguments that belong to no flag, in order. */
  _: Array<string | number>;
};

/**
 * Parses command-line arguments. A flag's value is in `--port=80` or
 * `--port 80`; arguments after `--` are positional.
 *
 * @param args The arguments, such as `Deno.args`.
 * @param options The flags to expect.
 * @returns The flags by name; `_` has the positional arguments.
 */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): Args {
  const { boolean = [], string = [], collect = [], unknown } = options;
  const joined = joinValues(args, { boolean, string });
  const { tokens } = parseTokens({ args: joined, strict: false, tokens: true });
  const positional: string[] = [];
  const flags: Record<string, unknown> = {};
  for (const name of [...boolean, ...string]) {
    if (collect.includes(name)) flags[name] = [];
    else if (boolean.includes(name)) flags[name] = false;
  }
  let isOver = false;
  for (const token of tokens) {
    if (token.kind === "option-terminator") isOver = true;
    else if (token.kind === "positional") {
      if (isOver || unknown?.(token.value) !== false) {
        positional.push(token.value);
      }
    } else {
      const { name, value: text, index } = token;
      const value = string.includes(name)
        ? text ?? ""
        : boolean.includes(name)
        ? text !== "false"
        : text ?? true;
      const isDeclared = [boolean, string, collect].some((names) =>
        names.includes(name)
      );
      if (!isDeclared && unknown?.(joined[index], name, value) === false) {
        continue;
      }
      flags[name] = collect.includes(name)
        ? [...flags[name] as unknown[], value]
        : value;
    }
  }
  return { ...flags, _: positional };
}

/**
 * Writes each flag and its value as one argument. `node:util` would take the
 * next argument for the value even if that is a flag.
 */
function joinValues(
  args: readonly string[],
  { boolean, string }: Required<Pick<ParseOptions, "boolean" | "string">>,
): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [arg, next = ""] = [args[i], args[i + 1]];
    if (arg === "--") return [...joined, ...args.slice(i)];
    const name = arg.startsWith("--") ? arg.slice(2) : "";
    const takesNext = string.includes(name) && /^[^-]/.test(next) ||
      boolean.includes(name) && /^(true|false)$/.test(next);
    joined.push(takesNext ? `${arg}=${args[++i]}` : arg);
  }
  return joined;
}
