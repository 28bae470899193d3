/** Watches what an answer to 8.1 does with `Deno.connect`. */
import { settle } from "../../../lib/workbook/kit/mod.ts";

/**
 * A client that gets no answer repeats its SYN after a second (RFC 6298,
 * section 2.1). If there's room, it's connected after this many milliseconds.
 */
const SECOND_SYN_MS = 1500;

/** Watches calls to `Deno.connect` until it's closed. */
export class ConnectWatch {
  readonly #connect = Deno.connect;
  readonly #attempts: {
    port: unknown;
    hostname: unknown;
    result: Promise<Deno.Conn>;
  }[] = [];

  /** Starts to watch. */
  constructor() {
    const watch = (...args: unknown[]) => {
      const result = Reflect.apply(this.#connect, Deno, args);
      const { port, hostname } = Object(args[0]);
      this.#attempts.push({ port, hostname, result });
      result.catch(() => {});
      return result;
    };
    Deno.connect = watch as typeof Deno.connect;
  }

  /** Counts the answer's calls with a port. */
  count(port: number): number {
    return this.#to(port).length;
  }

  /** Finds a hostname that isn't 127.0.0.1 (which is also the default). */
  get otherHost(): unknown {
    return this.#attempts.map(({ hostname }) => hostname)
      .find((hostname) => (hostname ?? "127.0.0.1") !== "127.0.0.1");
  }

  /**
   * Waits until every attempt to connect to a port has succeeded or failed.
   *
   * @param port The port.
   * @returns Whether one has succeeded.
   */
  async hasConnected(port: number): Promise<boolean> {
    if (this.count(port) === 0) {
      // The answer connects with some other call, so only waiting helps.
      await new Promise((resolve) => setTimeout(resolve, SECOND_SYN_MS));
      return false;
    }
    const all = await Promise.allSettled(this.#to(port));
    await settle();
    return all.some(({ status }) => status === "fulfilled");
  }

  /** Ends the watch. */
  close(): void {
    Deno.connect = this.#connect;
  }

  #to(port: number): Promise<Deno.Conn>[] {
    return this.#attempts.filter((one) => one.port === port)
      .map(({ result }) => result);
  }
}
