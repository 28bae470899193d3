/** Reads the states that the kernel keeps for a TCP connection. */

/** How long to wait for a state, in milliseconds. */
const LIMIT_MS = 3000;

/** The states of a connection's two ends and of its listener; "-" if there's none. */
export interface States {
  listener: string;
  client: string;
  server: string;
  /** The number of bytes in the server's send buffer. */
  unsent: number;
}

/**
 * Reads TCP states with the program `ss`.
 *
 * Deno can read the kernel's own files about them only with `--allow-all`. To
 * start `ss`, it needs just the permission for that program.
 */
export class StateReader {
  readonly #port: number;
  /** The client's own port, once it has one. */
  clientPort = 0;

  /** @param port The listener's port. */
  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Explains why the states can't be read on this system.
   *
   * @returns One line, or `undefined` if they can be read.
   */
  async missing(): Promise<string | undefined> {
    if (Deno.build.os !== "linux") {
      return `${Deno.build.os} has no ss, so the states are shown on Linux only.`;
    }
    try {
      const { listener } = await this.until({ listener: "LISTEN" });
      if (listener === "LISTEN") return undefined;
      return "ss shows no sockets on this system, so no states are shown.";
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        return "ss isn't installed (package iproute2), so no states are shown.";
      }
      return `ss can't be started (${
        (error as Error).name
      }), so no states are ` +
        "shown. `deno task lesson 7` gives the permission.";
    }
  }

  /**
   * Reads the states until they're as expected. They change when segments
   * arrive, a moment after the call that sent them.
   *
   * @param expected The states to wait for.
   * @returns The states that were read last, as expected or not.
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
      // With an LD_… variable, Deno would need the permission to start anything.
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
