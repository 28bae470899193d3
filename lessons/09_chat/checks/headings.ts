/** The README's headings that the checks point to. */
export const READ = {
  toOthers: "A line to everyone else",
  wholeLines: "Whole lines, one at a time",
  leaving: "When a member leaves",
  slow: "One slow reader holds up everyone",
  limit: "A queue per member, with a limit",
};
