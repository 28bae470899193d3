/** Notices the connections that an answer opens, and whether it closes them. */
import { settle } from "../../../lib/workbook/kit/mod.ts";

const WATCHED = ["connect", "connectTls", "startTls"] as const;

/** Watches calls of `Deno.connect` and similar functions, until it's closed. */
export class ConnWatch {
  readonly #originals = WATCHED.map((name) => [name, Deno[name]] as const);
  readonly #attempts: Promise<Deno.Conn>[] = [];
  /** The ports to watch: the check's own servers open connections, too. */
  readonly ports: Set<number> = new Set();

  /** Starts to watch. */
  constructor() {
    for (const [name, original] of this.#originals) {
      const watched = (...args: unknown[]) => {
        const result = Reflect.apply(original, Deno, args);
        const isOwn = name === "startTls" ||
          this.ports.has(Object(args[0]).port);
        if (isOwn) this.#attempts.push(result);
        result.catch(() => {});
        return result;
      };
      Object.assign(Deno, { [name]: watched });
    }
  }

  /**
   * Returns whether any of the connections is still open, and closes them all.
   */
  async hasOpen(): Promise<boolean> {
    await settle();
    let count = 0;
    for (const attempt of await Promise.allSettled(this.#attempts.splice(0))) {
      if (attempt.status === "rejected") continue;
      if (await isOpen(attempt.value)) count++;
      attempt.value[Symbol.dispose]();
    }
    return count > 0;
  }

  /** Ends the watch. */
  close(): void {
    for (const [name, original] of this.#originals) {
      Object.assign(Deno, { [name]: original });
    }
  }
}

/**
 * Checks whether a connection is open. Once it has become a TLS connection, it
 * doesn't count as open anymore.
 *
 * @param conn The connection; don't use it afterward.
 * @returns Whether it still has to be closed.
 */
export async function isOpen(conn: Deno.Conn): Promise<boolean> {
  try {
    await conn.closeWrite();
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.BadResource ||
      error instanceof Deno.errors.Interrupted);
  }
}
