import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";

/**
 * How long anything may take that a program should do at once: on a machine that
 * runs every test at the same time, even that takes a while.
 */
const LIMIT_MS = 60_000;

/**
 * Says whether a program is installed.
 *
 * @param name The program.
 * @returns Whether it can be started.
 */
export function isInstalled(name: string): boolean {
  try {
    new Deno.Command(name, {
      args: ["--version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/**
 * Registers a test that needs a program; where it is missing, the test is
 * ignored and its name says why.
 *
 * @param program The program.
 * @param name What the test shows.
 * @param fn The test.
 */
export function testWith(
  program: string,
  name: string,
  fn: () => Promise<void>,
): void {
  const ignore = !isInstalled(program);
  const reason = ignore ? ` (ignored: ${program} is not installed)` : "";
  Deno.test({ name: name + reason, ignore, fn });
}

/**
 * Registers a test that needs an npm package; where it can't be loaded, the test
 * is ignored and its name says why.
 *
 * @param packageName The package, with its version.
 * @param name What the test shows.
 * @param fn The test.
 */
export function testWithNpm(
  packageName: string,
  name: string,
  fn: () => Promise<void>,
): void {
  const ignore = !canLoad(packageName);
  const reason = ignore ? ` (ignored: can't load npm:${packageName})` : "";
  Deno.test({ name: name + reason, ignore, fn });
}

const loaded = new Map<string, boolean>();

/** Whether a package is there, or can be fetched. */
function canLoad(packageName: string): boolean {
  if (!loaded.has(packageName)) {
    const code = `import "npm:${packageName}"; Deno.exit();`;
    const { status } = spawnSync(
      Deno.execPath(),
      ["eval", "--no-config", code],
      { timeout: 30_000, stdio: "ignore" },
    );
    loaded.set(packageName, status === 0);
  }
  return loaded.get(packageName)!;
}

/**
 * Runs a program of a few lines in a process of its own.
 *
 * @param code TypeScript, which may import npm packages.
 * @returns What it printed.
 */
export async function runScript(code: string): Promise<string> {
  await using script = new Talk(Deno.execPath(), ["eval", "--no-config", code]);
  return (await script.end()).output;
}

/** Keeps programs from what the person who runs the tests has set up. */
export const OF_ITS_OWN = {
  NO_PROXY: "*",
  no_proxy: "*",
  REDISCLI_HISTFILE: "/dev/null",
};

/**
 * Returns the arguments of script(1) that run a command on a terminal of its
 * own, with the command's exit status.
 *
 * script(1) leaves the command to the user's shell, or to `sh`. Some shells stay
 * between the two: Ctrl-C ends such a shell, and script reports its status. So
 * the command replaces it.
 *
 * @param command The program and its arguments.
 * @returns The arguments.
 */
export function terminalArgs(command: string[]): string[] {
  const quoted = command.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`);
  return ["-qec", `exec ${quoted.join(" ")}`, "/dev/null"];
}

/** How a program is talked with. */
export interface TalkOptions {
  /**
   * How long it may take to print what is expected, and to end, in
   * milliseconds.
   *
   * @default {60000}
   */
  limitMs?: number;
}

/** A program under way, to talk with over its standard streams. */
export class Talk implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: Printed;
  readonly #errors: Printed;
  readonly #limitMs: number;

  /**
   * @param program The program to start.
   * @param args Its arguments.
   * @param options How long to wait for it.
   */
  constructor(program: string, args: string[], options: TalkOptions = {}) {
    this.#child = new Deno.Command(program, {
      args,
      env: OF_ITS_OWN,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = new Printed(this.#child.stdout);
    this.#errors = new Printed(this.#child.stderr);
    this.#limitMs = options.limitMs ?? LIMIT_MS;
  }

  /** Starts a lesson's server, as `deno task lesson N --serve` does. */
  static lesson(number: number, ...options: string[]): Talk {
    const cli = join(ROOT, "lib", "workbook", "cli.ts");
    const args = [
      "run",
      "-qA",
      "--cached-only",
      cli,
      "lesson",
      String(number),
      "--serve",
    ];
    return new Talk(Deno.execPath(), [...args, ...options]);
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /**
   * Waits until its output matches.
   *
   * @param pattern What to wait for, in all of its output so far.
   * @returns The match.
   */
  async expect(pattern: RegExp): Promise<RegExpMatchArray> {
    // Its end is no substitute for this: where another process has got its
    // streams, they stay open when it is killed.
    let isLate = false;
    const late = Promise.withResolvers<void>();
    const limit = setTimeout(() => {
      isLate = true;
      late.resolve();
    }, this.#limitMs);
    try {
      while (true) {
        const hadEnded = this.#output.hasEnded;
        const match = this.#output.text.match(pattern);
        if (match !== null) return match;
        if (hadEnded || isLate) break;
        await Promise.race([this.#output.moved, late.promise]);
      }
    } finally {
      clearTimeout(limit);
    }
    if (!isLate) await this.#errors.ended;
    throw new Error(
      (isLate ? `not printed in ${this.#limitMs} ms: ` : "never printed: ") +
        `${pattern}, but:\n${this.#output.text}${this.#errors.text}`,
    );
  }

  /**
   * Waits for the command that a lesson's server prints for its clients.
   *
   * @param fact What it stands behind: `netcat`.
   * @returns The program and its arguments, once the server is ready.
   */
  async commandFor(fact: string): Promise<[program: string, args: string[]]> {
    const [, line] = await this.expect(
      new RegExp(`^ *${fact} +(\\S.*)\\n`, "m"),
    );
    await this.expect(/waiting for/);
    const [program, ...args] = line.split(" ");
    return [program, args];
  }

  /** Sends it a signal; that it has ended already does no harm. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }

  /** Waits for its end, and gives its exit code and all its output. */
  async end(): Promise<{ code: number; output: string; errors: string }> {
    const limit = setTimeout(() => {
      this.kill("SIGKILL");
      this.#output.stop();
      this.#errors.stop();
    }, this.#limitMs);
    const { code } = await this.#child.status;
    await Promise.all([this.#output.ended, this.#errors.ended]);
    clearTimeout(limit);
    return { code, output: this.#output.text, errors: this.#errors.text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not SIGKILL: the workbook would leave the lesson's own process behind.
    this.kill("SIGTERM");
    await this.#input.close().catch(() => {});
    await this.end();
  }
}

/** What a program prints on one of its streams. */
class Printed {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #moved = Promise.withResolvers<void>();
  /** All of it so far. */
  text = "";
  /** Whether there will be no more. */
  hasEnded = false;
  /** Resolves when there will be no more. */
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.ended = this.#read();
  }

  /** Resolves when there is more, or will be no more. */
  get moved(): Promise<void> {
    return this.#moved.promise;
  }

  /** Reads no more of it. */
  stop(): void {
    this.#reader.cancel().catch(() => {});
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    while (!this.hasEnded) {
      const { done, value } = await this.#reader.read();
      this.text += decoder.decode(value, { stream: !done });
      this.hasEnded = done;
      this.#moved.resolve();
      this.#moved = Promise.withResolvers();
    }
  }
}
