import { wrapText } from "../../show/text.ts";
import type { Paint } from "../checker/report.ts";
import type { Symptom, SymptomGroup } from "./symptom.ts";

/** Options for showing symptoms. */
export interface ShowOptions {
  /** The width, in columns. */
  width: number;
  /** The styles to use. */
  paint: Pick<Paint, "bold" | "dim" | "yellow">;
}

/**
 * Formats one entry, to fit on one screen.
 *
 * @param symptom The entry.
 * @param options The width and the styles.
 * @returns Lines.
 */
export function symptomLines(
  symptom: Symptom,
  { width, paint }: ShowOptions,
): string[] {
  const { bold, dim, yellow } = paint;
  const wrap = (text: string, firstIndent: string, indent: string) =>
    wrapText(text, { width, firstIndent, indent });
  const { title, means, causes } = symptom;
  return [
    bold(title),
    ...wrap(`${sentence(means)}`, "", ""),
    ...seenAs(symptom).flatMap((text) => wrap(text, "  ", "    ")).map(dim),
    ...causes.flatMap(({ because, tell, fix }, i) => [
      ...wrap(because, `${i + 1}. `, "   "),
      ...(tell === undefined ? [] : wrap(`Check: ${tell}`, "   ", "     ")),
      ...wrap(`${yellow("Fix:")} ${fix}`, "   ", "     "),
    ]),
    ...wrap(`Read: ${placeToRead(symptom)}`, "", "  "),
  ];
}

/**
 * Lists several entries to choose from.
 *
 * @param symptoms The entries, likeliest first.
 * @param options The width and the styles.
 * @returns Lines.
 */
export function candidateLines(
  symptoms: Symptom[],
  { width, paint }: ShowOptions,
): string[] {
  const column = Math.max(...symptoms.map(({ id }) => id.length)) + 4;
  return [
    "It could be one of these, likeliest first:",
    ...symptoms.flatMap(({ id, title, means }) =>
      wrapText(`${title}: ${means}`, {
        width,
        firstIndent: paint.bold(`  ${id}`.padEnd(column)),
        indent: " ".repeat(column),
      })
    ),
    "",
    "deno task why NAME shows one: the first word of its line.",
  ];
}

/**
 * Lists all entries by group.
 *
 * @param groups All groups.
 * @param options The width and the styles.
 * @returns Lines.
 */
export function groupLines(
  groups: SymptomGroup[],
  { width, paint }: ShowOptions,
): string[] {
  return [
    ...groups.flatMap(({ name, symptoms }) => [
      paint.bold(name),
      ...wrapText(symptoms.map(({ id }) => id).join("  "), {
        width,
        firstIndent: "  ",
        indent: "  ",
      }),
    ]),
    "",
    "deno task why NAME shows one. Or use your own words, or paste an error:",
    "deno task why half a message",
  ];
}

/**
 * Returns the names, numbers, and messages that programs show, in a few lines.
 */
function seenAs(
  { deno, codes = [], numbers = {}, wording = {}, shows }: Symptom,
) {
  const [code] = codes;
  const perSystem = [
    ["Linux", numbers.linux],
    ["macOS", numbers.macos],
    ["Windows", numbers.windows],
  ].filter(([, number]) => number !== undefined)
    .map((pair) => pair.join(" "));
  const coded = /^E[A-Z]+$/.test(code ?? "")
    ? `${code}${perSystem.length > 0 ? ` (${perSystem.join(", ")})` : ""}`
    : "";
  const [node] = wording.node ?? [];
  const [curl] = wording.curl ?? [];
  const [browser] = wording.browser ?? [];
  const names = [
    deno && `Deno: ${deno.replaceAll("`", "")}`,
    coded,
  ].filter(Boolean);
  const others = [
    node && `Node: ${node}`,
    curl && `curl: ${curl}`,
    browser && `Elsewhere: ${browser}`,
  ].filter(Boolean);
  return [
    names.join(" · "),
    others.join(" · "),
    shows === undefined ? "" : `For example: ${shows}`,
  ].filter((line) => line !== "");
}

function placeToRead({ lesson, heading }: Symptom): string {
  const command = `deno task read ${Number.parseInt(lesson)}`;
  return heading === undefined ? command : `${command}, "${heading}"`;
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}
