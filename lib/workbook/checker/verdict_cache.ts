import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileOf, folderOf, type Lesson, ROOT } from "./catalog.ts";
import type { CheckResult } from "./checker.ts";

/** Where verdicts are kept: a file that git ignores. */
const FILE = join(ROOT, ".workbook", "verdicts.json");

/** A verdict, with what it depends on. */
interface Entry {
  key: string;
  result: Omit<CheckResult, "lesson" | "typeErrors">;
}

/**
 * Verdicts of earlier checks. Each belongs to the content of the answer, the
 * content of everything that checks it, and Deno's version: whatever changes,
 * the answer is checked anew.
 */
export class VerdictCache {
  readonly #entries: Record<string, Entry>;
  /** Of all that checks answers. */
  readonly #digest: string;
  #changed = false;

  private constructor(entries: Record<string, Entry>, digest: string) {
    this.#entries = entries;
    this.#digest = digest;
  }

  /** Reads the verdicts; if that fails, there are none. */
  static open(): VerdictCache {
    let entries = {};
    try {
      entries = JSON.parse(Deno.readTextFileSync(FILE)) ?? {};
    } catch {
      // There are none yet, or the file is damaged.
    }
    return new VerdictCache(entries, digestOfChecks());
  }

  /**
   * Finds an earlier verdict that still holds.
   *
   * @param lesson The lesson.
   * @param id The exercise.
   * @returns The result of its check, or `undefined` if it must be run.
   */
  get(lesson: Lesson, id: string): CheckResult | undefined {
    const entry = this.#entries[id];
    return entry !== undefined && entry.key === this.#keyOf(lesson)
      ? { lesson, ...entry.result }
      : undefined;
  }

  /**
   * Keeps a verdict.
   *
   * @param result The result of a check.
   */
  set({ lesson, id, name, verdict, printed, ended }: CheckResult): void {
    const key = this.#keyOf(lesson);
    // That a check was ended may be the machine's fault.
    if (key === undefined || ended) return;
    this.#entries[id] = { key, result: { id, name, verdict, printed } };
    this.#changed = true;
  }

  /** Writes the verdicts down; where that can't be done, they are run again. */
  save(): void {
    if (!this.#changed) return;
    try {
      Deno.mkdirSync(join(ROOT, ".workbook"), { recursive: true });
      const fresh = `${FILE}.${Deno.pid}`;
      Deno.writeTextFileSync(fresh, JSON.stringify(this.#entries));
      Deno.renameSync(fresh, FILE);
    } catch {
      // A checkout that can't be written to has no cache.
    }
  }

  /** What a verdict depends on, or `undefined` if that isn't known. */
  #keyOf(lesson: Lesson): string | undefined {
    let source: string;
    try {
      source = Deno.readTextFileSync(fileOf(lesson, "exercise.ts"));
    } catch {
      return undefined;
    }
    // Another file of the learner's may change without this one.
    const imports = source.matchAll(
      /^\s*(?:import|export)\b[^"';(]*["']([^"']*)["']|\bimport\s*\(/gm,
    );
    for (const [, path = ""] of imports) {
      if (!/^\.\.\/\.\.\/lib\/|^\.\/types\.ts$|^(node|jsr):/.test(path)) return;
    }
    return createHash("sha256")
      .update(`${Deno.version.deno} ${Deno.build.target} ${this.#digest} `)
      .update(folderOf(lesson))
      .update(source)
      .digest("hex");
  }
}

/** A digest of every file that takes part in a check, but the answers. */
function digestOfChecks(): string {
  const hash = createHash("sha256");
  for (const folder of ["lib", "lessons"]) add(hash, join(ROOT, folder));
  return hash.digest("hex");
}

function add(hash: ReturnType<typeof createHash>, folder: string): void {
  const entries = [...Deno.readDirSync(folder)];
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = join(folder, name);
    if (isDirectory) add(hash, path);
    else if (
      /\.(ts|json)$/.test(name) && !/^(exercise|scratch)\.ts$/.test(name)
    ) {
      hash.update(name).update(Deno.readFileSync(path));
    }
  }
}
