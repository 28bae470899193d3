import type { Trial } from "../../../lib/workbook/kit/mod.ts";

/** A listener to which one client connects, on a connection of the check's. */
export class OneClientListener implements Deno.Listener {
  readonly addr: Deno.NetAddr = {
    transport: "tcp",
    hostname: "127.0.0.1",
    port: 7000,
  };
  /** Whether `close` was called. */
  closed = false;
  /** How often `accept` was called. */
  accepts = 0;
  readonly #trial: Trial;
  readonly #conn: Deno.Conn;
  readonly #connected = Promise.withResolvers<void>();

  /**
   * @param trial Fails when the answer asks for a second client.
   * @param conn The end of the connection that the answer gets.
   */
  constructor(trial: Trial, conn: Deno.Conn) {
    this.#trial = trial;
    this.#conn = conn;
  }

  /** Lets the client connect. */
  connect(): void {
    this.#connected.resolve();
  }

  async accept(): Promise<Deno.Conn> {
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
    if (++this.accepts === 1) {
      await this.#connected.promise;
      return this.#conn;
    }
    this.#trial.fail({
      problem: "greetOnce() called accept() a second time.",
      likely:
        "Return after one client. The caller calls greetOnce() again to " +
        "greet the next one.",
    });
  }

  close(): void {
    this.closed = true;
  }

  /** Does nothing: there's no socket that could keep the program running. */
  ref(): void {}

  /** Does nothing. */
  unref(): void {}

  [Symbol.dispose](): void {
    this.close();
  }

  /** As in Deno, leaving a `for await` loop early closes the listener. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Deno.Conn> {
    try {
      while (!this.closed) yield await this.accept();
    } finally {
      this.close();
    }
  }
}
