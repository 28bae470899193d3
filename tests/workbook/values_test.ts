import { assertEquals } from "@std/assert";
import {
  asViews,
  copyOf,
  differenceAt,
  shown,
} from "../../lib/workbook/kit/mod.ts";

class Point {
  readonly extra = true;
  get x() {
    return 1;
  }
}

const equal: [name: string, a: unknown, b: unknown][] = [
  ["NaN", NaN, NaN],
  [
    "bytes of a subclass",
    new (class extends Uint8Array {})(2),
    new Uint8Array(2),
  ],
  ["an instance with getters and extra fields", new Point(), { x: 1 }],
  ["no prototype", Object.create(null), {}],
  ["a missing field and undefined", {}, { a: undefined }],
  ["maps", new Map([["a", [1]]]), new Map([["a", [1]]])],
];
for (const [name, a, b] of equal) {
  Deno.test(`differenceAt() finds none: ${name}`, () => {
    assertEquals(differenceAt(a, b), undefined);
  });
}

const different: [place: string, a: unknown, b: unknown][] = [
  ["", 1, "1"],
  ["", null, {}],
  ["", [1], [1, 2]],
  ["", { 0: 1, length: 1 }, [1]],
  ["", Uint8Array.of(1), Uint8Array.of(2)],
  ["", [1], Uint8Array.of(1)],
  ["", new Set([1]), new Set([2])],
  [".a[1].b", { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }],
];
for (const [place, a, b] of different) {
  Deno.test(`differenceAt() finds "${place}": ${shown(a)}, ${shown(b)}`, () => {
    assertEquals(differenceAt(a, b)?.replace(/^\[[01]\]$/, ""), place);
  });
}

Deno.test("differenceAt() counts extra fields if it's told to", () => {
  assertEquals(differenceAt({ a: 1, b: 2 }, { a: 1 }, { exact: true }), ".b");
});

Deno.test("copyOf() copies deeply, and passes on what isn't plain", () => {
  const point = new Point();
  const given = { list: [Uint8Array.of(1)], point };
  const copy = copyOf(given);
  copy.list[0][0] = 2;
  assertEquals(given.list[0][0], 1);
  assertEquals(copy.point === point, true);
});

Deno.test("asViews() puts other bytes around, at an odd offset", () => {
  const [view] = asViews([Uint8Array.of(1, 2)]);
  assertEquals([...view], [1, 2]);
  assertEquals(view.byteOffset % 2, 1);
  assertEquals(view.buffer.byteLength > view.byteOffset + 2, true);
});

Deno.test("shown() shows bytes by their digits, and as text if they can be read, wherever they are", () => {
  const [text, data] = [Uint8Array.of(104, 105), Uint8Array.of(1, 255)];
  assertEquals(shown(text), "<68 69 |hi|>");
  assertEquals(shown(data), "<01 ff>");
  assertEquals(shown(new Uint8Array(0)), "<>");
  assertEquals(
    shown({ seq: 0, data: [text, data] }),
    "{ data: [ <68 69 |hi|>, <01 ff> ], seq: 0 }",
  );
  assertEquals(
    shown(new Uint8Array(99).fill(97)),
    `<${"61 ".repeat(16)}|${"a".repeat(16)}| …, 99 bytes>`,
  );
  const itself: Record<string, unknown> = {};
  itself.self = itself;
  assertEquals(shown(itself), "<ref *1> { self: [Circular *1] }");
});

Deno.test("shown() shows an error by its name and message, wherever it is", () => {
  const error = new RangeError("no", { cause: new Error("because") });
  assertEquals(shown(error), "RangeError: no");
  assertEquals(shown(new Error()), "Error");
  const text = shown({ list: [error], text: "a\n    at b" });
  assertEquals(text.includes("RangeError: no"), true);
  assertEquals(text.includes("values_test.ts"), false);
  assertEquals(text.includes('"a\\n    at b"'), true);
});
