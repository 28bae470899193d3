/**
 * Points each term of the glossary to the section that has it in bold:
 *
 *     deno run -A tests/workbook/write_glossary.ts
 */
import {
  explanationOf,
  GLOSSARY,
  glossaryRows,
  sectionsOfCourse,
} from "./glossary.ts";

const sections = sectionsOfCourse();
let text = Deno.readTextFileSync(GLOSSARY);
for (const { term, link } of glossaryRows(text)) {
  const right = explanationOf(sections, term)?.link;
  if (right === undefined) {
    console.log(`${term}: not in bold in any lesson`);
  } else if (right !== link) {
    console.log(`${term}: ${link} → ${right}`);
    text = text.split("\n")
      .map((line) =>
        line.startsWith(`| **${term}** `) ? line.replace(link, right) : line
      )
      .join("\n");
  }
}
Deno.writeTextFileSync(GLOSSARY, text);
await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", GLOSSARY] })
  .output();
