import { assert, assertEquals, assertThrows } from "@std/assert";
import { hexDump } from "../../lib/show/hex_dump.ts";

const HELLO = new TextEncoder().encode("hello\n");
const ALL = Uint8Array.from({ length: 256 }, (_, i) => i);

Deno.test("hexDump() formats a short line like hexdump -C", () => {
  assertEquals(hexDump(HELLO), [
    "00000000  68 65 6c 6c 6f 0a                                 |hello.|",
  ]);
});

Deno.test("hexDump() prints full lines with a gap in the middle", () => {
  const lines = hexDump(ALL);
  assertEquals(lines.length, 16);
  assertEquals(
    lines[2],
    "00000020  20 21 22 23 24 25 26 27  28 29 2a 2b 2c 2d 2e 2f  | !\"#$%&'()*+,-./|",
  );
});

Deno.test("hexDump() shows a dot for anything but visible ASCII", () => {
  const bytes = Uint8Array.of(0x1f, 0x20, 0x7e, 0x7f, 0x80, 0xff);
  assert(hexDump(bytes)[0].endsWith("|. ~...|"));
});

Deno.test("hexDump() says so when there are no bytes", () => {
  assertEquals(hexDump(new Uint8Array()), ["(no bytes)"]);
  assertEquals(hexDump(new Uint8Array(), { mark: 0 }), ["(no bytes)"]);
});

Deno.test("hexDump() adds the offset to the addresses", () => {
  const lines = hexDump(ALL.subarray(0, 17), { offset: 0xfff0 });
  assertEquals(lines.map((line) => line.slice(0, 8)), ["0000fff0", "00010000"]);
});

Deno.test("hexDump() puts the caret under the marked byte", () => {
  for (const bytesPerLine of [1, 4, 8, 10, 16, 32]) {
    for (const mark of [0, 7, 8, 15, 16, 99, 255]) {
      const lines = hexDump(ALL, { bytesPerLine, mark });
      const caret = lines.findIndex((line) => line.trim() === "^^");
      const column = lines[caret].indexOf("^^");
      const above = lines[caret - 1].slice(column - 1, column + 3);
      assertEquals(above, ` ${mark.toString(16).padStart(2, "0")} `);
      assertEquals(lines.length, Math.ceil(256 / bytesPerLine) + 1);
    }
  }
});

Deno.test("hexDump() can mark the place after the last byte", () => {
  assertEquals(hexDump(HELLO, { bytesPerLine: 8, mark: 6 }), [
    "00000000  68 65 6c 6c 6f 0a        |hello.|",
    "                            ^^",
  ]);
  assertEquals(hexDump(HELLO, { bytesPerLine: 6, mark: 6 }), [
    "00000000  68 65 6c 6c 6f 0a  |hello.|",
    "00000006",
    "          ^^",
  ]);
});

Deno.test("hexDump() puts 16 bytes on a line if they fit, and otherwise 8", () => {
  const widest = (width: number) =>
    Math.max(...hexDump(ALL, { width }).map((line) => line.length));
  assertEquals(widest(78), 78);
  assertEquals(widest(77), 45);
  assertEquals(widest(45), 45);
  assertEquals(widest(20), 45);
  assertEquals(hexDump(ALL, { width: 20, bytesPerLine: 16 }), hexDump(ALL));
});

Deno.test("hexDump() reads a view, not its whole buffer", () => {
  assertEquals(hexDump(ALL.subarray(0x41, 0x43), { bytesPerLine: 2 }), [
    "00000000  41 42  |AB|",
  ]);
});

Deno.test("hexDump() rejects numbers out of range", () => {
  for (const bytesPerLine of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => hexDump(HELLO, { bytesPerLine }), RangeError);
  }
  for (const mark of [-1, 7, 0.5]) {
    assertThrows(
      () => hexDump(HELLO, { mark }),
      RangeError,
      `mark must be an integer from 0 to 6, not ${mark}`,
    );
  }
  assertThrows(() => hexDump(HELLO, { offset: -1 }), RangeError, "offset");
});
