import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileOf, folderOf, type Lesson, ROOT } from "./catalog.ts";
import type { CheckResult } from "./checker.ts";

/** The file that stores verdicts; git ignores it. */
const FILE = join(ROOT, ".workbook", "verdicts.json");

/** A verdict, and a digest of everything it depends on. */
interface Entry {
  key: string;
  result: Omit<CheckResult, "lesson" | "typeErrors">;
}

/**
 * Verdicts of earlier checks. Each depends on the content of the answer, the
 * content of everything that checks it, and Deno's version. If any of these
 * changes, the answer is checked again.
 */
export class VerdictCache {
  readonly #entries: Record<string, Entry>;
  /** A digest of everything that checks answers. */
  readonly #digest: string;
  #changed = false;

  private constructor(entries: Record<string, Entry>, digest: string) {
    this.#entries = entries;
    this.#digest = digest;
  }

  /** Reads the verdicts. If that fails, starts without any. */
  static open(): VerdictCache {
    let entries = {};
    try {
      entries = JSON.parse(Deno.readTextFileSync(FILE)) ?? {};
    } catch {
      // There is no file yet, or it's damaged.
    }
    return new VerdictCache(entries, digestOfChecks());
  }

  /**
   * Finds an earlier verdict that's still valid.
   *
   * @param lesson The lesson.
   * @param id The exercise.
   * @returns The result of the check, or `undefined` if it must run again.
   */
  get(lesson: Lesson, id: string): CheckResult | undefined {
    const entry = this.#entries[id];
    return entry !== undefined && entry.key === this.#keyOf(lesson)
      ? { lesson, ...entry.result }
      : undefined;
  }

  /**
   * Stores a verdict.
   *
   * @param result The result of a check.
   */
  set({ lesson, id, name, verdict, printed, ended }: CheckResult): void {
    const key = this.#keyOf(lesson);
    // If a check was stopped, the machine may be to blame.
    if (key === undefined || ended) return;
    this.#entries[id] = { key, result: { id, name, verdict, printed } };
    this.#changed = true;
  }

  /**
   * Writes the verdicts to the file. If that fails, the checks will run again
   * next time.
   */
  save(): void {
    if (!this.#changed) return;
    try {
      Deno.mkdirSync(join(ROOT, ".workbook"), { recursive: true });
      const fresh = `${FILE}.${Deno.pid}`;
      Deno.writeTextFileSync(fresh, JSON.stringify(this.#entries));
      Deno.renameSync(fresh, FILE);
    } catch {
      // A read-only checkout has no cache.
    }
  }

  /**
   * Returns a digest of everything a verdict depends on, or `undefined` if that
   * isn't known.
   */
  #keyOf(lesson: Lesson): string | undefined {
    let source: string;
    try {
      source = Deno.readTextFileSync(fileOf(lesson, "exercise.ts"));
    } catch {
      return undefined;
    }
    // Another one of the learner's files may change without this one.
    if (!importsOf(source).every((path) => isDigested(path, lesson))) return;
    return createHash("sha256")
      .update(`${Deno.version.deno} ${Deno.build.target} ${this.#digest} `)
      .update(folderOf(lesson))
      .update(source)
      .digest("hex");
  }
}

/** Returns the files that a module imports; a dynamic import counts as "". */
function importsOf(source: string): string[] {
  const imports =
    /(?:^|;)\s*(?:import|export)\b[^"';()]*["']([^"'\n]+)["']|\bimport\s*\(/gm;
  return [...source.matchAll(imports)].map(([, path = ""]) => path);
}

/** Returns whether the digest covers everything that an answer imports. */
function isDigested(path: string, lesson: Lesson): boolean {
  if (/^\.\.\/\.\.\/lib\/|^\.\/types\.ts$|^(node|jsr):/.test(path)) return true;
  // The lesson's own files: the solution imports them, too.
  const solution = Deno.readTextFileSync(fileOf(lesson, "solution.ts"));
  return path !== "" && importsOf(solution).includes(path);
}

/** Digests every file that takes part in a check, except the answers. */
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
