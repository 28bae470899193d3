import { assert, assertEquals } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import { drawBars, drawTable, visibleWidth } from "../../lib/show/mod.ts";

setColorEnabled(false);

const chart = (...values: number[]) => ({
  title: "round trip",
  unit: "µs",
  bars: values.map((value, i) => ({ name: `kind ${i}`, value })),
});

Deno.test("drawBars() scales the bars to the largest value", () => {
  const [title, ...lines] = drawBars(chart(1, 2, 4), 80);
  assertEquals(title, "round trip");
  assertEquals(lines.map((line) => line.match(/█+/)![0].length), [10, 20, 40]);
});

Deno.test("drawBars() marks a limit in a bar, and beyond it", () => {
  const bars = [
    { name: "over", value: 20, mark: 10 },
    { name: "under", value: 10, mark: 40 },
    { name: "none", value: 10 },
  ];
  const [, ...lines] = drawBars(
    { title: "", unit: "", bars, series: true },
    80,
  );
  const [over, under, none] = lines.map((line) => line.slice(7, 47));
  assertEquals(over.trimEnd(), "█".repeat(9) + "│" + "█".repeat(10));
  assertEquals(under, "█".repeat(10) + " ".repeat(29) + "│");
  assertEquals(none.trimEnd(), "█".repeat(10));
});

Deno.test("drawBars() shows each value's ratio to the smallest", () => {
  const [, ...lines] = drawBars(chart(30, 20, 45), 80);
  assertEquals(lines.map((line) => line.match(/× .*/)![0]), [
    "× 1.5",
    "× 1.0",
    "× 2.3",
  ]);
});

Deno.test("drawBars() leaves out the ratios if the smallest value is 0", () => {
  const lines = drawBars(chart(0, 7), 80);
  assertEquals(lines[1].trimEnd().replace(/ +/g, " "), "kind 0 0 µs");
  assert(!lines.join().includes("×"));
});

Deno.test("drawBars() draws a visible bar for a small value, and none for 0", () => {
  const lines = drawBars(chart(1, 100_000, 0), 80);
  assert(lines[1].includes("▏"));
  assert(!/[▏█]/.test(lines[3]));
});

Deno.test("drawBars() draws no bars if every value is 0", () => {
  assert(!/[▏█]/.test(drawBars(chart(0, 0), 80).join()));
});

for (const width of [37, 57, 77, 97]) {
  Deno.test(`drawBars() and drawTable() fit into ${width} columns`, () => {
    const bars = drawBars(chart(12_345.6, 0.004, 99), width);
    const table = drawTable({
      columns: ["", "TCP", "UDP", "unix"],
      rows: [["order of the messages", "as they were sent", "not", "yes"]],
    }, width);
    for (const line of [...bars, ...table]) {
      assert(visibleWidth(line) <= width, line);
    }
  });
}

Deno.test("drawTable() wraps a long cell within its column", () => {
  const table = drawTable({
    columns: ["a", "b"],
    rows: [["one two three", "x"], ["four", "y"]],
  }, 12);
  assertEquals(table, [
    "a          b",
    "─────────  ─",
    "one two    x",
    "three",
    "four       y",
  ]);
});

Deno.test("drawTable() accepts a row with missing cells", () => {
  assertEquals(drawTable({ columns: ["a", "b"], rows: [["1"]] }, 20), [
    "a  b",
    "─  ─",
    "1",
  ]);
});

Deno.test("drawBars() draws no ratio for values of a series", () => {
  const bars = [{ name: "1 s", value: 5 }, { name: "2 s", value: 10 }];
  const chart = { title: "window", unit: "KiB", bars, series: true };
  const lines = drawBars(chart, 60);
  assertEquals(lines.filter((line) => line.includes("×")), []);
});
