import { assertEquals } from "@std/assert";
import {
  replaceSection,
  splitSections,
} from "../../lib/workbook/checker/sections.ts";

const FIRST = "// ---- 3.1 echo ----\nA\n\n";
const SECOND = "// ---- 3.2 exchange ----\nB\n";

/** The sections joined again. */
function join(source: string): string {
  const { head, sections } = splitSections(source);
  return head + sections.map(({ text }) => text).join("");
}

Deno.test("splitSections() loses nothing, whatever the line breaks", () => {
  for (
    const source of [
      "",
      "\n",
      "no heading",
      FIRST,
      `head\n${FIRST}${SECOND}`,
      `head\r\n${FIRST.replaceAll("\n", "\r\n")}${SECOND}no line break`,
      `\ufeff${FIRST}\n\n\r\n${SECOND}\u2028`,
    ]
  ) assertEquals(join(source), source);
});

Deno.test("splitSections() finds headings at the end of Windows' lines, too", () => {
  const { head, sections } = splitSections(
    `x\r\n${FIRST.replaceAll("\n", "\r\n")}`,
  );
  assertEquals(head, "x\r\n");
  assertEquals(sections.map(({ id, name }) => [id, name]), [["3.1", "echo"]]);
});

Deno.test("splitSections() takes nothing else for a heading", () => {
  for (
    const line of [
      "// 3.1 echo",
      "  // ---- 3.1 echo ----",
      "// ---- 3 echo ----",
      "// ---- 3.1 ----",
      "// ---- 3.1 echo and more ----",
      "/// ---- 3.1 echo ----",
    ]
  ) assertEquals(splitSections(`${line}\n`).sections, [], line);
});

Deno.test("replaceSection() changes one section, and nothing around it", () => {
  const fresh = { id: "3.1", name: "echo", text: "// ---- 3.1 echo ----\nC\n" };
  assertEquals(
    replaceSection(`head\n${FIRST}${SECOND}`, fresh),
    `head\n${fresh.text}${SECOND}`,
  );
});

Deno.test("replaceSection() does nothing when the heading is missing or doubled", () => {
  const fresh = { id: "3.1", name: "echo", text: FIRST };
  assertEquals(replaceSection(SECOND, fresh), undefined);
  assertEquals(replaceSection(FIRST + SECOND + FIRST, fresh), undefined);
});
