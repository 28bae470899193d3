/** How an answer to 17.2 is checked. */
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { PathFits } from "../types.ts";

interface Case {
  path: string;
  what: string;
  fits: boolean;
  likely: string;
}

/** A path of this many bytes, all of them ASCII. */
const ascii = (size: number) => `/${"a".repeat(size - 1)}`;

const CASES: Case[] = [
  {
    path: "/tmp/door.sock",
    what: '"/tmp/door.sock"',
    fits: true,
    likely: "Return true if the path fits, and false if it doesn't.",
  },
  {
    path: ascii(60),
    what: "60 letters",
    fits: true,
    likely: "An ASCII letter is one byte in UTF-8. It's two bytes in UTF-16, " +
      "which JavaScript uses for strings, but the kernel doesn't get that.",
  },
  {
    path: `${ascii(110)}/a.sock`,
    what: "a short name in a long folder",
    fits: false,
    likely: "The field holds the whole path, the folder too.",
  },
  {
    path: ascii(107),
    what: "107 letters",
    fits: true,
    likely: "107 bytes still fit. The field has 108, and the last one is for " +
      "the zero at the end.",
  },
  {
    path: ascii(108),
    what: "108 letters",
    fits: false,
    likely:
      "The field has 108 bytes, but the last one is for the zero at the " +
      "end of the path: 107 are left.",
  },
  {
    path: ascii(1000),
    what: "1000 letters",
    fits: false,
    likely: "Return false if the path doesn't fit.",
  },
  {
    path: `/${"ü".repeat(53)}`,
    what: "54 characters, 53 of them ü",
    fits: true,
    likely: "ü is two bytes in UTF-8, not more.",
  },
  {
    path: `/${"ü".repeat(54)}`,
    what: "55 characters, 54 of them ü",
    fits: false,
    likely:
      "Count bytes, not characters: ü is one character and two bytes in " +
      "UTF-8. path.length counts neither; it counts UTF-16 code units.",
  },
  {
    path: `${ascii(106)}ü`,
    what: "107 characters, one of them ü",
    fits: false,
    likely:
      "Count bytes, not characters: one ü is enough to make the path one " +
      "byte too long.",
  },
  {
    path: `/${"😀".repeat(26)}`,
    what: "27 characters, 26 of them 😀",
    fits: true,
    likely: "😀 is four bytes in UTF-8.",
  },
  {
    path: `/${"😀".repeat(27)}`,
    what: "28 characters, 27 of them 😀",
    fits: false,
    likely:
      "😀 is four bytes in UTF-8: a character takes one, two, three, or " +
      "four bytes. Let TextEncoder count.",
  },
  {
    path: `/${"my folder/".repeat(10)}a`,
    what: "a path with ten spaces",
    fits: true,
    likely: "A space is one byte. Paths aren't escaped, so don't count `%20`.",
  },
];

/** Checks an answer to 17.2. */
export function checkPathFits(pathFits: PathFits, trial: Trial): void {
  for (const { path, what, fits, likely } of CASES) {
    const bytes = new TextEncoder().encode(path).length;
    trial.step(`pathFits() gets ${what}: ${bytes} bytes`);
    trial.equal(pathFits(path), fits, {
      problem: `The path has ${bytes} bytes, so it ${
        fits ? "fits" : "doesn't fit"
      }.`,
      likely,
    });
  }
}
