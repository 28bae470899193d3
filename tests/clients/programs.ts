import { join } from "node:path";
import { ROOT } from "../../lib/workbook/catalogue.ts";

/** How long anything may take that a program should do at once. */
const LIMIT_MS = 20_000;

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

/** A program under way, to talk with over its standard streams. */
export class Talk implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #errors: Promise<string>;
  readonly #reading: Promise<void>;
  #output = "";
  #moved = Promise.withResolvers<void>();

  /**
   * @param program The program to start.
   * @param args Its arguments.
   */
  constructor(program: string, args: string[]) {
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#errors = new Response(this.#child.stderr).text();
    this.#reading = this.#read();
  }

  /** Starts a lesson's server, as `deno task lesson N --serve` does. */
  static lesson(number: number, ...options: string[]): Talk {
    const cli = join(ROOT, "lib", "workbook", "cli.ts");
    const args = ["run", "-qA", cli, "lesson", String(number), "--serve"];
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
    const limit = setTimeout(() => this.kill("SIGKILL"), LIMIT_MS);
    try {
      while (true) {
        const match = this.#output.match(pattern);
        if (match !== null) return match;
        const ended = Symbol();
        const what = await Promise.race([
          this.#moved.promise,
          this.#reading.then(() => ended),
        ]);
        if (what === ended && !pattern.test(this.#output)) {
          throw new Error(
            `never printed ${pattern}, but:\n${this.#output}` +
              await this.#errors,
          );
        }
      }
    } finally {
      clearTimeout(limit);
    }
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
  async end(): Promise<{ code: number; output: string }> {
    const limit = setTimeout(() => this.kill("SIGKILL"), LIMIT_MS);
    const { code } = await this.#child.status;
    clearTimeout(limit);
    await this.#reading;
    return { code, output: this.#output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not SIGKILL: the workbook would leave the lesson's own process behind.
    this.kill("SIGTERM");
    await this.#input.close().catch(() => {});
    await this.end();
    await this.#errors;
  }

  async #read(): Promise<void> {
    const stream = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of stream) {
      this.#output += text;
      this.#moved.resolve();
      this.#moved = Promise.withResolvers();
    }
  }
}
