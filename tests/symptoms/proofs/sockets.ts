import { connectTcp, listenTcp } from "../../../lib/net/mod.ts";

/** Two connected sockets of this process; both close at the end of the block. */
export class Pair implements Disposable {
  private constructor(
    /** The side that connected. */
    readonly client: Deno.TcpConn,
    /** The side that accepted. */
    readonly server: Deno.TcpConn,
  ) {}

  /** Connects the two. */
  static async connect(): Promise<Pair> {
    using listener = listenTcp();
    const client = await connectTcp(listener.addr.port);
    return new Pair(client, await listener.accept());
  }

  [Symbol.dispose](): void {
    for (const conn of [this.client, this.server]) {
      try {
        conn.close();
      } catch {
        // The proof closed it.
      }
    }
  }
}

/** A port where nothing listens. */
export function freePort(): number {
  using listener = listenTcp();
  return listener.addr.port;
}

/** The bytes of a text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The text of bytes. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Reads once: what came, or null. */
export async function readOnce(
  conn: Deno.Conn,
  size = 1024,
): Promise<Uint8Array | null> {
  const buffer = new Uint8Array(size);
  const count = await conn.read(buffer);
  return count === null ? null : buffer.subarray(0, count);
}

/** What an action throws. */
export async function thrownBy(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it threw nothing");
}

/** Whether a promise is still pending after everything else had its turn. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const waited = Promise.withResolvers<"waited">();
  const timer = setTimeout(() => waited.resolve("waited"), 50);
  promise.catch(() => {});
  try {
    const first = await Promise.race([
      promise.then(() => "settled", () => "settled"),
      waited.promise,
    ]);
    return first === "waited";
  } finally {
    clearTimeout(timer);
  }
}
