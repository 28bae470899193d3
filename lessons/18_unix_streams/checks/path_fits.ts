/** Checks answers to 18.2. */
import {
  checkFunction,
  type FunctionCase,
  SAMPLE_TEXTS,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { PathFits } from "../types.ts";

/** Makes a path of `size` bytes: a text, and then ASCII letters. */
const path = (size: number, text = "/") =>
  text + "a".repeat(size - toBytes(text).length);

const PLAIN = "Return true if the path fits, and false if it doesn't.";
const UTF8 =
  "Count bytes, not characters: a character takes one, two, three, or four " +
  "bytes in UTF-8. path.length counts UTF-16 code units, not bytes. Use a " +
  "TextEncoder.";
const AS_GIVEN = "The kernel gets the path as it's given. Don't resolve, " +
  "normalize, or trim it first.";

const CASES: [what: string, path: string, likely: string][] = [
  ['"/tmp/door.sock"', "/tmp/door.sock", PLAIN],
  [
    "60 letters",
    path(60),
    "An ASCII letter takes one byte in UTF-8. It's two bytes in UTF-16, which " +
    "JavaScript uses for strings, but the kernel gets UTF-8.",
  ],
  [
    "a short name in a long folder",
    `${path(110)}/a.sock`,
    "The field holds the whole path, including the folder.",
  ],
  [
    "107 letters",
    path(107),
    "107 bytes still fit. The field has 108 bytes, and the last one is a zero.",
  ],
  [
    "108 letters",
    path(108),
    "The field has 108 bytes, but the last one is a zero, so 107 are left for " +
    "the path.",
  ],
  ["1000 letters", path(1000), PLAIN],
  ["54 characters, 53 of them ü", `/${"ü".repeat(53)}`, UTF8],
  ["55 characters, 54 of them ü", `/${"ü".repeat(54)}`, UTF8],
  ["35 characters, all but one of them 日", `/${"日".repeat(35)}`, UTF8],
  ["37 characters, all but one of them 日", `/${"日".repeat(36)}`, UTF8],
  ["27 characters, 26 of them 😀", `/${"😀".repeat(26)}`, UTF8],
  ["28 characters, 27 of them 😀", `/${"😀".repeat(27)}`, UTF8],
  [
    "a path with ten spaces",
    `/${"my folder/".repeat(10)}a`,
    "A space is one byte. Paths aren't escaped, so don't count `%20`.",
  ],
  // macOS writes ü as u and U+0308. NFC would turn these three bytes into two.
  [
    "a path with a u and a combining diaeresis",
    path(107, "/u\u0308"),
    AS_GIVEN,
  ],
  [
    "a path with a u and a combining diaeresis",
    path(108, "/u\u0308"),
    AS_GIVEN,
  ],
  ...Object.entries(SAMPLE_TEXTS).flatMap(([what, text]) =>
    [107, 108].map((
      size,
    ): [string, string, string] => [what, path(size, `/${text}`), UTF8])
  ),
  ["a path with many ./ in it", `/tmp/${"./".repeat(52)}a`, AS_GIVEN],
  ["a path relative to the current folder", path(107, "./"), AS_GIVEN],
  ["a path with a space at its end", `${path(107)} `, AS_GIVEN],
];

/** Checks an answer to 18.2. */
export async function checkPathFits(
  pathFits: PathFits,
  trial: Trial,
): Promise<void> {
  const cases = CASES.map(([what, path, likely]): FunctionCase => {
    const { length } = toBytes(path);
    const returns = length <= 107;
    return {
      step: `pathFits() gets ${what}: ${length} bytes`,
      args: [path],
      returns,
      likely: ({ value, error }) =>
        error !== undefined ? undefined : typeof value !== "boolean" ? PLAIN : {
          problem: `The path has ${length} bytes, so it ${
            returns ? "fits" : "doesn't fit"
          }.`,
          likely,
        },
    };
  });
  await checkFunction(trial, pathFits, cases, { name: "pathFits" });
}
