/** The states of one TCP connection, as the kernel has them. */

/** How long a state may take to come, in milliseconds. */
const LIMIT_MS = 3000;

/** Both ends of a connection and its listener; "-" for what is not there. */
export interface States {
  listener: string;
  client: string;
  server: string;
  /** Bytes that the server's end has been given and has not got rid of. */
  unsent: number;
}

/**
 * Reads TCP states by the program `ss`.
 *
 * The kernel keeps them in a place that only `--allow-all` may read; `ss` is a
 * program of its own and needs no more than the permission to start it.
 */
export class StateReader {
  readonly #port: number;
  /** The client's own port, once it has one. */
  clientPort = 0;

  /** @param port Where the listener listens. */
  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Says why no states can be read here, if so.
   *
   * @returns One line, or `undefined` if the listener can be seen.
   */
  async missing(): Promise<string | undefined> {
    if (Deno.build.os !== "linux") {
      return `${Deno.build.os} has no ss: the states are shown on Linux only.`;
    }
    try {
      const { listener } = await this.until({ listener: "LISTEN" });
      if (listener === "LISTEN") return undefined;
      return "ss shows no sockets on this system: no states are shown.";
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        return "ss is not installed (package iproute2): no states are shown.";
      }
      return `ss cannot be started (${(error as Error).name}): no states are ` +
        "shown. `deno task lesson 7` gives the permission.";
    }
  }

  /**
   * Looks again and again until the states are as expected. States change when
   * segments arrive, a moment after the call that sent them.
   *
   * @param expected The states to wait for.
   * @returns What was seen last, as expected or not.
   */
  async until(expected: Partial<States>): Promise<States> {
    const deadline = performance.now() + LIMIT_MS;
    while (true) {
      const states = await this.#read();
      const wanted = Object.entries(expected);
      if (
        wanted.every(([end, state]) => states[end as keyof States] === state) ||
        performance.now() > deadline
      ) return states;
    }
  }

  async #read(): Promise<States> {
    const ports = `( sport = :${this.#port} or dport = :${this.#port} )`;
    const { stdout } = await new Deno.Command("ss", {
      args: ["-tanH", ports],
      // An LD_… variable handed on would take the permission to start anything.
      clearEnv: true,
    }).output();
    const states = { listener: "-", client: "-", server: "-", unsent: 0 };
    for (const line of new TextDecoder().decode(stdout).split("\n")) {
      const [state, , sendQueueBytes, local, peer] = line.split(/\s+/);
      const [from, to] = [local, peer].map((at) =>
        Number(at?.split(":").at(-1))
      );
      if (state === "LISTEN") states.listener = state;
      else if (from === this.clientPort) states.client = state;
      else if (to === this.clientPort) {
        states.server = state;
        states.unsent = Number(sendQueueBytes);
      }
    }
    return states;
  }
}
