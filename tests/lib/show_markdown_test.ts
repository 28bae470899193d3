import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  getColorEnabled,
  setColorEnabled,
  stripAnsiCode,
} from "@std/fmt/colors";
import { renderMarkdown } from "../../lib/show/markdown.ts";
import { visibleWidth } from "../../lib/show/text.ts";
import { testColours } from "./colour_fixture.ts";

/** Renders without colours, as lines. */
function plain(source: string | string[], width = 40): string[] {
  return render(source, { width, color: false });
}

function render(
  source: string | string[],
  { width, color }: { width: number; color: boolean },
): string[] {
  const before = getColorEnabled();
  setColorEnabled(color);
  try {
    return renderMarkdown([source].flat().join("\n"), { width }).split("\n");
  } finally {
    setColorEnabled(before);
  }
}

const READING = `# 03. Echo

\`read\` fills **part of a \`buffer\`**, see [lesson](./lesson.ts#L3).

## Steps

1. The client
   - connects to _port 7000_;
   - writes

     \`\`\`ts
     await conn.write(new TextEncoder().encode("a long line of code"));
     \`\`\`
2. The server 日本語日本語日本語 answers.

> [!NOTE]
> A write may take only part of the bytes.

| Call    | What it does           | When it fails                 |
| ------- | ---------------------- | ----------------------------- |
| \`read\`  | fills part of a buffer | \`Deno.errors.ConnectionReset\` |
| \`write\` | takes part             | **BrokenPipe**                |

---

<details>
<summary>Why?</summary>

Because the peer closed.

</details>
`;

Deno.test("renderMarkdown() returns an empty string for an empty string", () => {
  assertEquals(renderMarkdown("", { width: 20 }), "");
  assertEquals(renderMarkdown("\n \n\n", { width: 20 }), "");
});

Deno.test("renderMarkdown() underlines the title and keeps lower levels' marks", () => {
  assertEquals(plain(["# A `b` title", "", "## Two ##", "", "### C#"]), [
    "A `b` title",
    "═══════════",
    "",
    "## Two",
    "",
    "### C#",
  ]);
  assertEquals(plain("# 日本 and more", 10), ["日本 and", "more", "════════"]);
  assertEquals(plain("#no heading"), ["#no heading"]);
});

Deno.test("renderMarkdown() rewraps paragraphs", () => {
  assertEquals(plain(["one two", "three four", "", "", "five"], 10), [
    "one two",
    "three four",
    "",
    "five",
  ]);
});

Deno.test("renderMarkdown() keeps hard line breaks", () => {
  assertEquals(plain(["one\\", "two  ", "three<br>four"]), [
    "one",
    "two",
    "three",
    "four",
  ]);
});

Deno.test("renderMarkdown() reads CRLF like LF", () => {
  const crlf = READING.replaceAll("\n", "\r\n");
  assertEquals(plain(crlf), plain(READING));
});

Deno.test("renderMarkdown() removes the marks of bold and italic text", () => {
  assertEquals(plain("a **b** *c* _d_ **_e_** ***f***"), ["a b c d e f"]);
  assertEquals(plain("**bold with `**` and _more_**"), [
    "bold with `**` and more",
  ]);
});

Deno.test("renderMarkdown() doesn't change characters that aren't markup", () => {
  for (
    const text of ["snake_case_name", "2 * 3 * 4", "a*b*c", "`a_b_c`", "<port>"]
  ) {
    assertEquals(plain(text), [text]);
  }
  assertEquals(plain("a \\*b\\* \\`c\\` \\[d]"), ["a *b* `c` [d]"]);
  assertEquals(plain("an `unclosed _tick_"), ["an `unclosed tick"]);
});

Deno.test("renderMarkdown() shows a link's address unless its text already does", () => {
  assertEquals(plain("[the lesson](./lesson.ts)"), [
    "the lesson (./lesson.ts)",
  ]);
  assertEquals(plain("[`lesson.ts`](./lesson.ts)"), ["`lesson.ts`"]);
  assertEquals(plain("[deno.com](https://deno.com/)"), ["deno.com"]);
  assertEquals(plain("<https://deno.com>"), ["https://deno.com"]);
  assertEquals(plain("[below](#steps)"), ["below"]);
  assertEquals(plain('![lanes](a.svg "x")'), ["lanes (a.svg)"]);
  assertEquals(plain("[a](b_(c)) and [d](e)"), ["a (b_(c)) and d (e)"]);
});

Deno.test("renderMarkdown() uses hanging indents for list items", () => {
  assertEquals(plain(["- one two three", "- four", "", "after"], 10), [
    "• one two",
    "  three",
    "• four",
    "",
    "after",
  ]);
});

Deno.test("renderMarkdown() counts numbered items and lines them up", () => {
  const items = Array.from({ length: 10 }, () => "1. item");
  const lines = plain(items);
  assertEquals(lines[0], " 1. item");
  assertEquals(lines[9], "10. item");
  assertEquals(plain(["7. a", "8. b"]), ["7. a", "8. b"]);
});

Deno.test("renderMarkdown() nests lists, code, and paragraphs in items", () => {
  const source = [
    "1. one",
    "   - a",
    "     - deep",
    "   - b",
    "",
    "   more of one",
    "",
    "   ```sh",
    "   nc -l 7000",
    "   ```",
    "",
    "2. two",
    "and lazy",
  ];
  assertEquals(plain(source), [
    "1. one",
    "   • a",
    "     • deep",
    "   • b",
    "",
    "   more of one",
    "",
    "   │ nc -l 7000",
    "",
    "2. two and lazy",
  ]);
});

Deno.test("renderMarkdown() starts a new list if the marker changes", () => {
  assertEquals(plain(["- a", "", "* b", "", "1. c"]), [
    "• a",
    "",
    "• b",
    "",
    "1. c",
  ]);
  assertEquals(plain(["-", "- a"]), ["•", "• a"]);
  assertEquals(plain(["- a", "- - -", "- b"], 3), ["• a", "───", "• b"]);
});

Deno.test("renderMarkdown() shows code as it is, however long", () => {
  const code = ["  if (a **b** _c_)  {", "", "# no heading", "<!-- kept -->"];
  const long = "x".repeat(100);
  assertEquals(plain(["```ts", ...code, long, "```", "after"], 20), [
    "│   if (a **b** _c_)  {",
    "│",
    "│ # no heading",
    "│ <!-- kept -->",
    `│ ${long}`,
    "after",
  ]);
  assertEquals(plain(["    a", "", "      b", "", "c"]), [
    "│ a",
    "│",
    "│   b",
    "",
    "c",
  ]);
});

Deno.test("renderMarkdown() closes a fence only with the same kind of fence", () => {
  assertEquals(plain(["````md", "```", "~~~", "````", "after"]), [
    "│ ```",
    "│ ~~~",
    "after",
  ]);
});

Deno.test("renderMarkdown() extends an unclosed fence to the end", () => {
  assertEquals(plain(["```", "code", "", "# more", ""]), [
    "│ code",
    "│",
    "│ # more",
  ]);
});

Deno.test("renderMarkdown() marks quotes, and the blocks inside them", () => {
  assertEquals(
    plain(["> one two three", "> four", ">", "> - a", "> > deep"], 12),
    ["> one two", "> three four", ">", "> • a", "> > deep"],
  );
  assertEquals(plain(["> [!NOTE]", "> Text"]), ["> Note:", "> Text"]);
});

Deno.test("renderMarkdown() draws a rule as wide as the terminal, up to 80 columns", () => {
  assertEquals(plain(["a", "", "---", "", "* * *"], 5), [
    "a",
    "",
    "─────",
    "",
    "─────",
  ]);
  assertEquals(plain("---", Infinity), ["─".repeat(80)]);
});

Deno.test("renderMarkdown() drops comments and keeps the text around them", () => {
  assertEquals(plain(["<!-- a", "", "b -->", "c", "", "d <!-- e --> f"]), [
    "c",
    "",
    "d f",
  ]);
  assertEquals(plain(["a", "", "<!-- never closed", "b"]), ["a"]);
});

Deno.test("renderMarkdown() shows details open", () => {
  const source = [
    "<details>",
    "<summary>Why?</summary>",
    "",
    "Because.",
    "",
    "<details><summary>And `why`?</summary>",
    "",
    "So.",
    "",
    "</details>",
    "</details>",
    "",
    "after",
  ];
  assertEquals(plain(source), [
    "▾ Why?",
    "",
    "  Because.",
    "",
    "  ▾ And `why`?",
    "",
    "    So.",
    "",
    "after",
  ]);
  assertEquals(plain(["<details>", "Text"]), ["▾ Details", "", "  Text"]);
  assertEquals(plain(["a", "", "</details>"]), ["a"]);
});

Deno.test("renderMarkdown() lines up tables", () => {
  const source = [
    "| Call | `n` | Mid |",
    "| --- | --: | :-: |",
    "| read | 1 | x |",
    "| a \\| b | 100 | 日本 |",
    "| short |",
  ];
  assertEquals(plain(source), [
    "Call  │ `n` │ Mid",
    "──────┼─────┼─────",
    "read  │   1 │  x",
    "a | b │ 100 │ 日本",
    "short │     │",
  ]);
});

Deno.test("renderMarkdown() wraps the cells of a table that's too wide", () => {
  const source = [
    "| Call | What it does |",
    "| --- | --- |",
    "| read | fills part of a buffer |",
    "| close | ends both halves |",
  ];
  assertEquals(plain(source, 20), [
    "Call  │ What it does",
    "──────┼─────────────",
    "read  │ fills part",
    "      │ of a buffer",
    "──────┼─────────────",
    "close │ ends both",
    "      │ halves",
  ]);
});

Deno.test("renderMarkdown() stacks the cells of a table that can't fit", () => {
  const source = [
    "| Protocol | Transport | Errors |",
    "| --- | --- | --- |",
    "| redis | stream | ConnectionReset |",
    "| dns | | none |",
  ];
  assertEquals(plain(source, 20), [
    "Protocol: redis",
    "Transport: stream",
    "Errors:",
    "  ConnectionReset",
    "",
    "Protocol: dns",
    "Errors: none",
  ]);
});

Deno.test("renderMarkdown() stays within the width, except for code", () => {
  for (const width of [20, 33, 40, 60, 80, 120]) {
    for (const line of plain(READING, width)) {
      const isCode = line.includes("conn.write(");
      assert(isCode || visibleWidth(line) <= width, `${width}: ${line}`);
    }
  }
});

Deno.test("renderMarkdown() loses no word, even at width 1", () => {
  const letters = (lines: string[]) =>
    lines.join("").replace(/[^\p{L}\p{N}]/gu, "");
  const prose = READING.replace(/\n\|[^]*\|\n/, "");
  assertEquals(letters(plain(prose, 1)), letters(plain(prose, 80)));
  plain(READING, 1); // The table too is rendered without an error.
});

Deno.test("renderMarkdown() rejects a width below 1", () => {
  assertThrows(() => renderMarkdown("a", { width: 0 }), RangeError);
});

testColours("renderMarkdown() colours text without changing the layout", () => {
  const source = READING.replaceAll("`", ""); // which only plain text shows
  for (const width of [20, 60]) {
    const colored = render(source, { width, color: true });
    assertEquals(colored.map(stripAnsiCode), plain(source, width));
  }
  assertEquals(render("a **b `c`** [d](e)", { width: 40, color: true }), [
    "a \x1b[1mb \x1b[22m\x1b[1m\x1b[36mc\x1b[39m\x1b[22m " +
    "\x1b[4md\x1b[24m \x1b[2m(e)\x1b[22m",
  ]);
});

testColours("renderMarkdown() leaves no style on at the end of a line", () => {
  for (const line of render(READING, { width: 20, color: true })) {
    // deno-lint-ignore no-control-regex
    const codes = [...line.matchAll(/\x1b\[(\d+)m/g)].map(([, code]) => +code);
    const starts = codes.filter((code) => code < 20 || code === 36);
    const ends = codes.filter((code) => code > 20 && code !== 36);
    assertEquals(starts.length, ends.length, JSON.stringify(line));
  }
});
