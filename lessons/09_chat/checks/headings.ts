/** The headings of the README that the checks point to. */
export const READ = {
  toOthers: "A line to all others",
  wholeLines: "Whole lines, one at a time",
  leaving: "One who leaves, leaves alone",
  slow: "One slow reader, and everybody waits",
  limit: "A queue for each, and a limit",
};
