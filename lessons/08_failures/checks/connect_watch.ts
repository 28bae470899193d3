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
  readonly #attempts: { port: unknown; result: Promise<Deno.Conn> }[] = [];

  /** Starts to watch. */
  constructor() {
    const watch = (...args: unknown[]) => {
      const result = Reflect.apply(this.#connect, Deno, args);
      this.#attempts.push({ port: Object(args[0]).port, result });
      result.catch(() => {});
      return result;
    };
    Deno.connect = watch as typeof Deno.connect;
  }

  /** Counts the answer's calls with a port. */
  count(port: number): number {
    return this.#to(port).length;
  }

  /**
   * Waits until every attempt to connect to a port has succeeded or failed.
   *
   * @param port The port.
   * @returns Whether one has succeeded.
   */
  async hasConnected(port: number): Promise<boolean> {
    if (this.count(port) === 0) {
      // It connects with some other call, so only waiting helps.
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
