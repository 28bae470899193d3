import { stripTypeScriptTypes } from "node:module";

/** A small change to a program, of the kind that people make by mistake. */
export interface Mutant {
  /** The line that changed, from 1. */
  line: number;
  /** The line before the change, trimmed. */
  before: string;
  /** The line after the change, trimmed; empty if it was removed. */
  after: string;
  /** The whole program with the change. */
  source: string;
}

/** What a piece of code is replaced by, one mutant for each. */
type Rule = [pattern: RegExp, replace: (match: RegExpExecArray) => string[]];

const RULES: Rule[] = [
  [/ (===|!==) /y, ([, sign]) => [sign === "===" ? " !== " : " === "]],
  [/ < /y, () => [" <= ", " >= "]],
  [/ <= /y, () => [" < ", " > "]],
  [/ > /y, () => [" >= ", " <= "]],
  [/ >= /y, () => [" > ", " < "]],
  [/ \+ /y, () => [" - "]],
  [/ - /y, () => [" + "]],
  [/ \* /y, () => [" / "]],
  [/ \/ /y, () => [" * "]],
  [/ % /y, () => [" * "]],
  [/ & /y, () => [" | "]],
  [/ \| /y, () => [" & "]],
  [/ << /y, () => [" >> "]],
  [/ >>> /y, () => [" >> ", " << "]],
  [/ (\+=|-=) /y, ([, sign]) => [" = ", sign === "+=" ? " -= " : " += "]],
  [/ && /y, () => [" || "]],
  [/ \|\| /y, () => [" && "]],
  [/ \?\? /y, () => [" && "]],
  [/\bawait /y, () => [""]],
  [/\btrue\b/y, () => ["false"]],
  [/\bfalse\b/y, () => ["true"]],
  [/!(?=[\w(])/y, () => [""]],
  [/\bif \(/y, () => ["if (true || ", "if (false && "]],
  [/\bMath\.min\b/y, () => ["Math.max"]],
  [/\bMath\.max\b/y, () => ["Math.min"]],
  [/\.slice\(/y, () => [".subarray("]],
  [/\b(0x[\da-f_]+|\d[\d_]*)\b(?!n|\.)/iy, ([number]) => {
    const value = Number(number.replaceAll("_", ""));
    return [`${value + 1}`, `${value - 1}`];
  }],
  [/\b(\w+) - (\w+)\b/y, ([, left, right]) => [`${right} - ${left}`]],
];

/** Strings, comments and regular expressions, which no rule looks into. */
const OPAQUE =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[^]*?\*\/|(?<=[(=,:] ?)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n*[])+\/\w*/y;

/** A statement on a line of its own that may be left out. */
const STATEMENT =
  /^\s*(?!(?:const|let|import|export|type|interface)\b)[\w$#"'`(].*;$/;

/**
 * Makes every mutant of a program: a comparison flipped, a bound moved, an
 * `await`, a line or the body of a `finally` removed, operands swapped.
 *
 * @param source The program, as `deno fmt` formats it.
 * @returns The mutants, in the order of the program.
 *
 * @example A comparison, two numbers and a line
 * ```ts
 * import { mutantsOf } from "./mutants.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const source = "if (a === 1) {\n  stop();\n}\n";
 * assertEquals(
 *   mutantsOf(source).map(({ after }) => after),
 *   [
 *     "if (true || a === 1) {",
 *     "if (false && a === 1) {",
 *     "if (a !== 1) {",
 *     "if (a === 2) {",
 *     "if (a === 0) {",
 *     "",
 *   ],
 * );
 * ```
 */
export function mutantsOf(source: string): Mutant[] {
  const code = codeOf(source);
  return [...replacements(source), ...removals(source)]
    .filter((mutant) => codeOf(mutant.source) !== code)
    .sort((a, b) => a.line - b.line);
}

/** A program without its types: a change in those changes nothing. */
function codeOf(source: string): string {
  try {
    return stripTypeScriptTypes(source).replace(/\s+/g, " ");
  } catch {
    return source;
  }
}

function replacements(source: string): Mutant[] {
  const mutants: Mutant[] = [];
  for (let at = 0; at < source.length; at++) {
    OPAQUE.lastIndex = at;
    const opaque = OPAQUE.exec(source);
    if (opaque !== null) {
      at += opaque[0].length - 1;
      continue;
    }
    for (const [pattern, replace] of RULES) {
      pattern.lastIndex = at;
      const match = pattern.exec(source);
      if (match === null || isIrrelevant(source, at)) continue;
      for (const text of replace(match)) {
        mutants.push(mutant(source, at, match[0].length, text));
      }
    }
  }
  return mutants;
}

/** Lines and `finally` blocks, each left out. */
function removals(source: string): Mutant[] {
  const mutants: Mutant[] = [];
  let at = 0;
  for (const line of source.split(/(?<=\n)/)) {
    if (STATEMENT.test(line.trimEnd()) && isBalanced(line)) {
      mutants.push(mutant(source, at, line.trimEnd().length, ""));
    }
    at += line.length;
  }
  for (const match of source.matchAll(/finally \{([^]*?)\n(\s*)\}/g)) {
    const start = match.index + "finally {".length;
    mutants.push(mutant(source, start, match[1].length, ""));
  }
  return mutants;
}

/** How large a buffer is makes no difference. */
function isIrrelevant(source: string, at: number): boolean {
  const start = source.lastIndexOf("\n", at) + 1;
  const line = source.slice(start, source.indexOf("\n", at));
  return /= new Uint8Array\([\d_* ]+\);$/.test(line);
}

function isBalanced(line: string): boolean {
  const count = (sign: string) => line.split(sign).length;
  return count("(") === count(")") && count("{") === count("}") &&
    count("[") === count("]");
}

function mutant(
  source: string,
  at: number,
  length: number,
  text: string,
): Mutant {
  const changed = source.slice(0, at) + text + source.slice(at + length);
  const line = source.slice(0, at).split("\n").length;
  const lineOf = (whole: string) => whole.split("\n")[line - 1].trim();
  return {
    line,
    before: lineOf(source),
    after: lineOf(changed),
    source: changed,
  };
}
