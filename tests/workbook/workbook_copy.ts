import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { lessons } from "../../lessons/mod.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import { splitSections } from "../../lib/workbook/checker/sections.ts";
import { Talk } from "../clients/programs.ts";
import { callCommand } from "./call.ts";

/** How long a command may take, in milliseconds: two slow cores, all busy. */
const LIMIT_MS = 240_000;

/** How a command came out. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Lesson 3's answers; each is the solution unless its code is given. */
export interface Answers {
  /** What stands before the first heading. */
  head?: string;
  /** The code of 3.1, without its heading. */
  echo?: string;
  /** The code of 3.2, without its heading. */
  exchange?: string;
}

/** How a copy is made. */
export interface CopyOptions {
  /**
   * Whether it has all the lessons, and not only lesson 3.
   *
   * @default {false}
   */
  whole?: boolean;
  /**
   * The name of its folder.
   *
   * @default {"workbook"}
   */
  name?: string;
  /**
   * Whether the check of 3.2 moves 64 MiB, as the learner's does, and not
   * 64 KiB: a test that asks how a result is told need not move them.
   *
   * @default {false}
   */
  fullSize?: boolean;
  /**
   * Whether answers are type-checked. The compiler needs two seconds for files
   * that it hasn't seen, and most tests ask nothing of it.
   *
   * @default {false}
   */
  types?: boolean;
}

/** What stands in for the type check in a copy. */
const NO_TYPES =
  "export const checkTypes = () => Promise.resolve(new Map());\n";

/**
 * A copy of the workbook that a test may change, with the exercises as they
 * are in the beginning.
 *
 * It has lesson 3 only, so that a test of the workbook does not depend on what
 * the other lessons are like.
 */
export class WorkbookCopy implements AsyncDisposable {
  readonly #slot: Slot;
  /** The folder that holds it. */
  readonly root: string;

  private constructor(slot: Slot, name: string) {
    this.#slot = slot;
    this.root = join(slot.path, name);
  }

  /** Makes a copy in a temporary folder. */
  static async make(options: CopyOptions = {}): Promise<WorkbookCopy> {
    const slot = await takeSlot();
    const copy = new WorkbookCopy(slot, options.name ?? "workbook");
    try {
      await copy.#fill(options.whole ?? false);
      if (!options.fullSize) await copy.#shrink();
      if (!options.types) {
        await Deno.writeTextFile(
          copy.path("lib", "workbook", "checker", "type_check.ts"),
          NO_TYPES,
        );
      }
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
    return copy;
  }

  async #fill(whole: boolean): Promise<void> {
    const kept = whole
      ? lessons
      : lessons.filter(({ name }) => name === "echo");
    await Deno.mkdir(join(this.root, "lessons"), { recursive: true });
    await Deno.copyFile(join(ROOT, "deno.json"), this.path("deno.json"));
    await copyFolder(join(ROOT, "lib"), this.path("lib"));
    for (const { number, name } of kept) {
      const folder = `${String(number).padStart(2, "0")}_${name}`;
      await copyFolder(
        join(ROOT, "lessons", folder),
        this.path("lessons", folder),
      );
      await Deno.copyFile(
        this.path("lessons", folder, "placeholder.ts"),
        this.path("lessons", folder, "exercise.ts"),
      );
    }
    await copyFolder(
      join(ROOT, "lessons", "symptoms"),
      this.path("lessons", "symptoms"),
    );
    await Deno.copyFile(
      join(ROOT, "lessons", "symptoms.ts"),
      this.path("lessons", "symptoms.ts"),
    );
    // It names every lesson.
    if (whole) {
      await Deno.copyFile(
        join(ROOT, "lessons", "answers_test.ts"),
        this.path("lessons", "answers_test.ts"),
      );
    }
    await Deno.writeTextFile(
      this.path("lessons", "mod.ts"),
      `export const lessons = ${JSON.stringify(kept)};\n`,
    );
  }

  /** Lets the check of 3.2 move less. */
  async #shrink(): Promise<void> {
    const full = "64 * 1024 * 1024";
    const file = this.file("checks/exchange.ts");
    const text = await Deno.readTextFile(file);
    if (!text.includes(full)) throw new Error(`${file} has no ${full}`);
    await Deno.writeTextFile(file, text.replace(full, "64 * 1024"));
  }

  /** The path of something in it. */
  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** The path of a file of lesson 3. */
  file(name: string): string {
    return this.path("lessons", "03_echo", name);
  }

  /** The text of `exercise.ts`. */
  read(): Promise<string> {
    return Deno.readTextFile(this.file("exercise.ts"));
  }

  /** Puts a text into `exercise.ts`. */
  async write(text: string): Promise<void> {
    await Deno.writeTextFile(this.file("exercise.ts"), text);
  }

  /** Puts answers into `exercise.ts`. */
  async answer(answers: Answers = {}): Promise<void> {
    await this.write(answersText(answers));
  }

  /** Puts the placeholders back. */
  async clear(): Promise<void> {
    await this.write(await Deno.readTextFile(this.file("placeholder.ts")));
  }

  /** The arguments for `deno` that give a command. */
  args(...args: string[]): string[] {
    const cli = this.path("lib", "workbook", "cli.ts");
    return ["run", "-qA", "--cached-only", cli, ...args];
  }

  /**
   * Gives a command in this process, and waits for its end. Code that is part
   * of the copy is loaded as it was at the first call; answers are checked as
   * they are now, since that takes a process of its own.
   */
  async call(...args: string[]): Promise<Outcome> {
    const { lessons } = await this.import("lessons/mod.ts");
    const { runCommand } = await this.import(
      "lib/workbook/cli/run_command.ts",
    );
    return await callCommand({ runCommand, lessons }, args);
  }

  /** Gives a command in a process of its own, and waits for its end. */
  run(...args: string[]): Promise<Outcome> {
    return runDeno(this.args(...args));
  }

  /** Gives a command that goes on until it is told to end. */
  start(...args: string[]): Talk {
    return new Talk(Deno.execPath(), this.args(...args));
  }

  /** Loads one of its modules. */
  // deno-lint-ignore no-explicit-any -- The type is the module's own.
  import(...parts: string[]): Promise<any> {
    return import(pathToFileURL(this.path(...parts)).href);
  }

  /** Every file of its lessons, with its text. */
  async lessonFiles(): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    for await (const folder of Deno.readDir(this.path("lessons"))) {
      if (!folder.isDirectory) continue;
      for await (
        const { name, isFile } of Deno.readDir(
          this.path("lessons", folder.name),
        )
      ) {
        if (!isFile) continue;
        const path = this.path("lessons", folder.name, name);
        files[`${folder.name}/${name}`] = await Deno.readTextFile(path);
      }
    }
    return files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#slot.path, { recursive: true });
    this.#slot.lock.close();
  }
}

/**
 * Makes one copy for all the tests of a file, and removes it after them.
 *
 * @param options How it is made.
 * @returns The copy, by a function, since it is there when the tests run.
 */
export function useCopy(options: CopyOptions = {}): () => WorkbookCopy {
  let copy: WorkbookCopy;
  Deno.test.beforeAll(async () => {
    copy = await WorkbookCopy.make(options);
  });
  Deno.test.afterAll(() => copy[Symbol.asyncDispose]());
  return () => copy;
}

/**
 * The text of an `exercise.ts` for lesson 3.
 *
 * @param answers The answers; each is the solution unless its code is given.
 * @returns A file with both headings.
 */
export function answersText(answers: Answers = {}): string {
  const file = join(ROOT, "lessons", "03_echo", "solution.ts");
  const sections = splitSections(Deno.readTextFileSync(file)).sections;
  const texts = sections.map(({ name, text }) => {
    const code = answers[name as "echo" | "exchange"];
    const heading = text.split("\n")[0];
    return code === undefined ? text : `${heading}\n\n${code}\n\n`;
  });
  return (answers.head ?? "") + texts.join("");
}

/**
 * The solution of 3.1 with more code at its beginning.
 *
 * @param code Statements.
 * @returns The function.
 */
export function echoWith(code: string): string {
  const echo = answersText().match(/export async function echo[^]*?\n}\n/)![0];
  return echo.replace("{\n", `{\n  ${code}\n`);
}

/**
 * Runs Deno to its end.
 *
 * @param args Its arguments.
 * @param options `cwd`: the folder to run it in; `env`: further variables.
 * @returns How it came out.
 */
export async function runDeno(
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    ...options,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    // Not SIGKILL: the workbook would leave its own child behind.
    child.kill("SIGTERM");
  }, LIMIT_MS);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(limit);
  const outcome = {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
  if (!late) return outcome;
  throw new Error(
    `deno ${args.join(" ")} did not end within ${LIMIT_MS / 1000} s: ` +
      Deno.inspect(outcome),
  );
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    // The learner's own backups are no part of the workbook.
    else if (!name.endsWith(".bak")) {
      await Deno.copyFile(join(from, name), join(to, name));
    }
  }
}

/** A folder that holds one copy at a time. */
interface Slot {
  path: string;
  /** An open file, which is locked as long as the slot is taken. */
  lock: Deno.FsFile;
}

/** The slots that this isolate has taken: it would not load their code anew. */
const taken = new Set<number>();

/**
 * Takes the first free slot. Deno compiles code for its path, so copies at new
 * paths would all be compiled, and what is compiled would pile up.
 */
async function takeSlot(): Promise<Slot> {
  const temporary = await Deno.realPath(tmpdir());
  for (let number = 1;; number++) {
    if (taken.has(number)) continue;
    const folder = join(
      temporary,
      `socket-workbook-test-${Deno.uid() ?? "user"}`,
      `${number}`,
    );
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const options = { create: true, write: true };
    const lock = await Deno.open(join(folder, "lock"), options);
    if (!await lock.tryLock(true)) {
      lock.close();
      continue;
    }
    taken.add(number);
    const path = join(folder, "copy");
    // A test that was killed leaves its copy.
    await Deno.remove(path, { recursive: true }).catch(() => {});
    await Deno.mkdir(path);
    return { path, lock };
  }
}
