/**
 * Players: processes that do the same work in different ways, and wait while it
 * is another one's turn.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Contender } from "./contest.ts";

/** Deno's own calls, with which the others are compared. */
export const RAW = "Deno's own calls";
/** The helpers that the lessons build. */
export const LIB = "lib/net";

/** One process that plays. */
export class Player implements AsyncDisposable {
  /** What it stands for. */
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;

  /**
   * @param name What it stands for.
   * @param command The program that runs it, and its arguments.
   * @param file Its file, in the folder `players`.
   */
  constructor(name: string, command: string[], file: string) {
    this.name = name;
    const [program, ...args] = command;
    const path = fileURLToPath(new URL(`players/${file}`, import.meta.url));
    this.#child = new Deno.Command(program, {
      args: [...args, path],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Lets it do something, and waits for the end.
   *
   * @param task The name of the task.
   * @param ms For how long, if it is for a while.
   * @returns The number that came of it; `NaN` if none did.
   * @throws {Error} If it fails, or ends.
   */
  async ask(task: string, ms = 0): Promise<number> {
    const line = `${JSON.stringify({ task, ms })}\n`;
    await this.#input.write(new TextEncoder().encode(line));
    let answer = "";
    while (!answer.endsWith("\n")) {
      const { value, done } = await this.#output.read();
      if (done) throw new Error(`${this.name} ended in ${task}`);
      answer += value;
    }
    const { value = NaN, error } = JSON.parse(answer);
    if (error !== undefined) {
      throw new Error(`${this.name} failed in ${task}: ${error}`);
    }
    return value;
  }

  /** Lets it end, which its input's end tells it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.cancel();
    await this.#child.status;
  }
}

/** The players that this machine can have. */
export class Team implements AsyncDisposable {
  readonly #players: Player[];

  private constructor(players: Player[]) {
    this.#players = players;
  }

  /**
   * Starts all of them.
   *
   * @returns Those whose runtimes are installed.
   */
  static async start(): Promise<Team> {
    const deno = [Deno.execPath(), "run", "-qA"];
    const players = [
      new Player(RAW, deno, "deno_raw.ts"),
      new Player(LIB, deno, "lib_net.ts"),
      new Player("node: in Deno", deno, "node_net.mjs"),
    ];
    for (const program of ["node", "bun"]) {
      const version = await versionOf(program);
      if (version === undefined) continue;
      const name = `node: in ${program === "node" ? "Node" : "Bun"} ${version}`;
      players.push(new Player(name, [program], "node_net.mjs"));
    }
    return new Team(players);
  }

  /** All of them. */
  get players(): readonly Player[] {
    return this.#players;
  }

  /**
   * Makes contenders of them, all of which do one task.
   *
   * @param task Its name.
   * @param ms How long one turn takes, in milliseconds.
   * @returns One for each player, Deno's own calls first.
   */
  contenders(task: string, ms: number): Contender[] {
    return this.#players.map((player) => contender(player, task, ms));
  }

  /** Lets all of them end. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const player of this.#players) await player[Symbol.asyncDispose]();
  }
}

/**
 * Makes a contender of a player.
 *
 * @param player Who does it.
 * @param task What it does.
 * @param ms How long one turn takes, in milliseconds.
 * @param name What it is, if the player's own name does not say enough.
 * @returns The contender.
 */
export function contender(
  player: Player,
  task: string,
  ms: number,
  name: string = player.name,
): Contender {
  return { name, run: () => player.ask(task, ms) };
}

/** `20` for version 20.20.2; nothing if the program is not installed. */
async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command(program, {
      args: ["--version"],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).match(/^v?(\d+)\./)?.[1];
  } catch {
    return undefined;
  }
}
