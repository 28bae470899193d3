/** A runnable example from a reading. */
export interface Example {
  /** The example's number, from 1. */
  number: number;
  /** The heading above it. */
  heading: string;
  /** Its code. */
  code: string;
}

/**
 * Finds the examples in a reading: its `ts` blocks, except those marked
 * `ignore`.
 *
 * @param markdown The reading.
 * @returns The examples, in order.
 *
 * @example One example
 * ```ts
 * import { examplesIn } from "./examples.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const fence = "`".repeat(3);
 * const reading = `# Echo\n\n${fence}ts\nlet a = 1;\n${fence}\n`;
 * assertEquals(examplesIn(reading), [
 *   { number: 1, heading: "Echo", code: "let a = 1;\n" },
 * ]);
 * ```
 */
export function examplesIn(markdown: string): Example[] {
  const examples: Example[] = [];
  let heading = "";
  const parts = markdown.matchAll(/^#+ (.+)$|^```(.*)\n([^]*?)^```$/gm);
  for (const [, title, language, code] of parts) {
    if (title !== undefined) heading = title;
    else if (language.trim() === "ts") {
      examples.push({ number: examples.length + 1, heading, code });
    }
  }
  return examples;
}

const IMPORT =
  /^import (type )?(?:\{([^}]*)\}|(\* as \w+)) from ("[^"]*");\n/gm;

/**
 * Combines examples into one program. Each becomes a block, so that two of them
 * can use the same names; their imports move to the top.
 *
 * @param examples The examples.
 * @returns The program.
 */
export function joinExamples(examples: Example[]): string {
  const names = new Map<string, Set<string>>();
  const blocks = examples.map(({ number, heading, code }) => {
    const body = code.replaceAll(IMPORT, (_, type, list, all, from) => {
      const known = names.get(from) ?? new Set();
      names.set(from, known);
      const prefix = type ?? "";
      const added = list === undefined ? [all] : list.split(",");
      for (const name of added) {
        if (name.trim() !== "") known.add(`${prefix}${name.trim()}`);
      }
      return "";
    }).trim();
    return examples.length === 1
      ? body
      : `// ${number}. ${heading}\n{\n${body.replace(/^(?=.)/gm, "  ")}\n}`;
  });
  const imports = [...names].flatMap(([from, list]) => {
    const named = [...list].filter((name) => !name.startsWith("*"));
    return [
      ...[...list].filter((name) => name.startsWith("*"))
        .map((name) => `import ${name} from ${from};`),
      ...(named.length > 0
        ? [`import { ${named.join(", ")} } from ${from};`]
        : []),
    ];
  });
  return [imports.join("\n"), ...blocks].filter(Boolean).join("\n\n") + "\n";
}

/**
 * Makes an example use the current folder instead of a temporary one. It runs in a new folder, the only one it may write to, which is removed afterward.
 *
 * @param program The example.
 * @returns The program without the calls that create and remove a folder.
 */
export function inCurrentFolder(program: string): string {
  return program
    .replaceAll(/await Deno\.makeTempDir\([^)]*\)/g, "Deno.cwd()")
    .replaceAll(/^ *await Deno\.remove\(folder\b.*\n/gm, "");
}

/**
 * Lists the Unix sockets that a program creates: Deno needs a permission for each path.
 *
 * @param program The program.
 * @param others Names that are already known.
 * @returns All of the names, without duplicates.
 */
export function socketFilesIn(
  program: string,
  others: string[] = [],
): string[] {
  const sockets = program.match(/[\w-]+\.sock(?!\w)/g) ?? [];
  return [...new Set([...others, ...sockets])];
}
