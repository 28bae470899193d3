import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  padEndVisible,
  printable,
  truncateVisible,
  visibleWidth,
  wrapText,
} from "../../lib/show/text.ts";

// Escapes are written out here, so that NO_COLOR does not change the tests.
const BOLD = "\x1b[1m";
const BOLD_END = "\x1b[22m";
const RED = "\x1b[31m";
const COLOR_END = "\x1b[39m";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("visibleWidth() counts characters, not code units", () => {
  const widths: [string, number][] = [
    ["", 0],
    ["hello", 5],
    ["caf\u00e9", 4],
    ["cafe\u0301", 4], // e and a combining accent
    ["日本語", 6],
    ["ﾊﾝ", 2], // half-width katakana
    ["Ａ", 2], // full-width A
    ["한국", 4],
    ["👍🏽", 2],
    ["👩‍👩‍👧", 2], // three people joined into one character
    ["🇫🇷", 2],
    ["│─┼…•", 5],
    ["a\u200bb", 2],
    ["\n\r\t\0", 0],
  ];
  for (const [text, width] of widths) {
    assertEquals(visibleWidth(text), width, JSON.stringify(text));
  }
});

Deno.test("visibleWidth() doesn't count colors, links, and cursor escapes", () => {
  assertEquals(visibleWidth(`${BOLD}a${RED}b${COLOR_END}${BOLD_END}`), 2);
  assertEquals(visibleWidth("\x1b[38;2;1;2;3m日\x1b[0m"), 2);
  assertEquals(visibleWidth("\x1b]8;;http://a b\x1b\\link\x1b]8;;\x07"), 4);
  assertEquals(visibleWidth("\x1b[2K\x1b[10;1Hx"), 1);
});

Deno.test("visibleWidth() accepts an escape that's cut off", () => {
  assertEquals(visibleWidth("\x1b"), 0);
  assertEquals(visibleWidth("a\x1b["), 2);
});

Deno.test("padEndVisible() pads by columns", () => {
  assertEquals(padEndVisible("", 2), "  ");
  assertEquals(padEndVisible("日", 4), "日  ");
  assertEquals(
    padEndVisible(`${RED}a${COLOR_END}`, 3),
    `${RED}a${COLOR_END}  `,
  );
  assertEquals(padEndVisible("hello", 3), "hello");
});

Deno.test("truncateVisible() doesn't change text that fits", () => {
  assertEquals(truncateVisible("hello", 5), "hello");
  assertEquals(truncateVisible("", 0), "");
  assertEquals(truncateVisible("hello", Infinity), "hello");
});

Deno.test("truncateVisible() never uses more columns than allowed", () => {
  assertEquals(truncateVisible("hello", 4), "hel…");
  assertEquals(truncateVisible("hello", 1), "…");
  assertEquals(truncateVisible("hello", 0), "");
  assertEquals(truncateVisible("日本語", 4), "日…");
  assertEquals(truncateVisible("日本語", 5), "日本…");
  assertEquals(truncateVisible("e\u0301e\u0301e\u0301", 2), "e\u0301…");
});

Deno.test("truncateVisible() ends the styles that are active at the cut", () => {
  assertEquals(
    truncateVisible(`${BOLD}a${RED}bcd${COLOR_END}e${BOLD_END}`, 3),
    `${BOLD}a${RED}b…${COLOR_END}${BOLD_END}`,
  );
  assertEquals(
    truncateVisible(`${BOLD}ab${BOLD_END}cd`, 3),
    `${BOLD}ab${BOLD_END}…`,
  );
  assertEquals(truncateVisible(`${BOLD}a\x1b[0mbc`, 2), `${BOLD}a\x1b[0m…`);
  assertEquals(
    truncateVisible("\x1b[1;38;5;9;4mabc", 2),
    "\x1b[1;38;5;9;4ma…\x1b[24m\x1b[39m\x1b[22m",
  );
});

Deno.test("truncateVisible() rejects an invalid width", () => {
  assertThrows(() => truncateVisible("a", -1), RangeError, "-1 columns");
  assertThrows(() => truncateVisible("a", NaN), RangeError);
});

Deno.test("wrapText() breaks lines at spaces, and drops those spaces", () => {
  assertEquals(wrapText("to be or not to be", { width: 8 }), [
    "to be or",
    "not to",
    "be",
  ]);
  assertEquals(wrapText("to    be", { width: 4 }), ["to", "be"]);
  assertEquals(wrapText("to be  ", { width: 5 }), ["to be"]);
});

Deno.test("wrapText() keeps the spaces in a line that fits", () => {
  assertEquals(wrapText("  a   b\tc", { width: 20 }), ["  a   b c"]);
});

Deno.test("wrapText() returns one line for no text", () => {
  assertEquals(wrapText("", { width: 20 }), [""]);
  assertEquals(wrapText("", { width: 20, firstIndent: "• " }), ["• "]);
});

Deno.test("wrapText() starts a line at each newline, LF or CRLF", () => {
  assertEquals(wrapText("a\nb\r\n\r\nc", { width: 20 }), ["a", "b", "", "c"]);
});

Deno.test("wrapText() counts the indents in the width", () => {
  const options = { width: 6, firstIndent: "1. ", indent: "   " };
  assertEquals(wrapText("abc def\nghi", options), [
    "1. abc",
    "   def",
    "   ghi",
  ]);
  assertEquals(wrapText("ab cd", { width: 4, indent: "> " }), ["> ab", "> cd"]);
});

Deno.test("wrapText() cuts a word only when no line can hold it", () => {
  assertEquals(wrapText("a abcdef", { width: 6 }), ["a", "abcdef"]);
  assertEquals(wrapText("a abcdefgh i", { width: 6 }), ["a", "abcdef", "gh i"]);
  assertEquals(wrapText("日本語", { width: 5 }), ["日本", "語"]);
});

Deno.test("wrapText() puts a character on every line of width 1", () => {
  assertEquals(wrapText("ab c", { width: 1 }), ["a", "b", "c"]);
  assertEquals(wrapText("日本", { width: 1 }), ["日", "本"]);
  assertEquals(wrapText("ab", { width: 1, indent: "  " }), ["  a", "  b"]);
});

Deno.test("wrapText() ends styles at a break and starts them again", () => {
  assertEquals(
    wrapText(`a ${BOLD}b ${RED}c${COLOR_END} d${BOLD_END} e`, {
      width: 5,
      indent: "| ",
    }),
    [
      `| a ${BOLD}b${BOLD_END}`,
      `| ${BOLD}${RED}c${COLOR_END} d${BOLD_END}`,
      "| e",
    ],
  );
});

Deno.test("wrapText() doesn't count or cut escapes", () => {
  const link = "\x1b]8;;http://a b c\x1b\\ab\x1b]8;;\x1b\\";
  assertEquals(wrapText(`${link} cd`, { width: 2 }), [link, "cd"]);
  assertEquals(wrapText(`a ${BOLD} ${BOLD_END} b`, { width: 1 }), [
    `a${BOLD}${BOLD_END}`,
    "b",
  ]);
});

Deno.test("wrapText() never breaks a line for width Infinity", () => {
  const text = "word ".repeat(1000).trim();
  assertEquals(wrapText(text, { width: Infinity }), [text]);
});

Deno.test("wrapText() rejects a width below 1", () => {
  assertThrows(() => wrapText("a", { width: 0 }), RangeError, "0 columns");
  assertThrows(() => wrapText("a", { width: NaN }), RangeError);
});

Deno.test("printable() quotes text and escapes invisible characters", () => {
  const shown: [string, string][] = [
    ["", '""'],
    ["hello\n", '"hello\\n"'],
    ["a\r\n\tb", '"a\\r\\n\\tb"'],
    ['say "hi" \\', '"say \\"hi\\" \\\\"'],
    ["\0", '"\\0"'],
    ["\x001", '"\\x001"'], // "\01" would read as an octal escape.
    ["\x1b[31m\x07\x7f", '"\\x1b[31m\\x07\\x7f"'],
    ["né 日本 👍", '"né 日本 👍"'],
    ["\u0085", '"\\xc2\\x85"'], // a C1 control character
    ["a\u202eb", '"a\\xe2\\x80\\xaeb"'], // would turn the text around
    ["\ufeff", '"\\xef\\xbb\\xbf"'], // byte order mark
    ["a\u00a0b", '"a\\xc2\\xa0b"'], // looks like a space, and is not one
  ];
  for (const [text, expected] of shown) {
    assertEquals(printable(bytesOf(text)), expected);
  }
});

Deno.test("printable() shows bytes that aren't UTF-8 by their values", () => {
  assertEquals(printable(Uint8Array.of(0xff, 0x41)), '"\\xffA"');
  assertEquals(printable(Uint8Array.of(0xc3)), '"\\xc3"'); // cut off
  assertEquals(printable(Uint8Array.of(0xc3, 0x0a)), '"\\xc3\\n"');
  assertEquals(printable(Uint8Array.of(0xe6, 0x97)), '"\\xe6\\x97"');
  assertEquals(printable(Uint8Array.of(0xc0, 0x80)), '"\\xc0\\x80"'); // overlong
  assertEquals(printable(Uint8Array.of(0x80, 0xa9)), '"\\x80\\xa9"');
});

Deno.test("printable() shortens to `max` columns and marks it", () => {
  assertEquals(printable(bytesOf("abcdef"), { max: 8 }), '"abcdef"');
  assertEquals(printable(bytesOf("abcdef"), { max: 7 }), '"abcd"…');
  assertEquals(printable(bytesOf("abcdef"), { max: 3 }), '""…');
  assertEquals(printable(bytesOf("a\n\n"), { max: 6 }), '"a\\n"…');
  assertEquals(printable(bytesOf("ab\n\n"), { max: 6 }), '"ab"…');
  assertEquals(printable(bytesOf("日本"), { max: 5 }), '"日"…');
  const long = printable(new Uint8Array(1e6).fill(0x61));
  assertEquals(visibleWidth(long), 60);
  assertEquals(
    printable(bytesOf("a".repeat(99)), { max: Infinity }).length,
    101,
  );
});

Deno.test("printable() fits whatever the bytes are", () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, i) => (i * 167) % 256);
  for (let start = 0; start < bytes.length; start++) {
    for (const max of [3, 4, 11, 40]) {
      const text = printable(bytes.subarray(start), { max });
      assert(visibleWidth(text) <= max, text);
    }
  }
  assert(visibleWidth(printable(bytesOf("❤️❤️❤️❤️"), { max: 6 })) <= 6);
});

Deno.test("printable() rejects a `max` with no room for the quotes", () => {
  assertThrows(() => printable(bytesOf("a"), { max: 2 }), RangeError);
});

Deno.test("wrapText() never ends a line between a number and its unit", () => {
  for (const unit of ["%", "ms", "KiB", "bytes", "MB/s"]) {
    assertEquals(
      wrapText(`it took 30 ${unit} more`, { width: 13 })
        .some((line) => /30$/.test(line)),
      false,
    );
  }
  assertEquals(wrapText("in 1980 bytesize", { width: 9 }), [
    "in 1980",
    "bytesize",
  ]);
});
