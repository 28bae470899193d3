/** What the tests of `lib/net` share: connected pairs, and a folder to put Unix sockets in. */

import { listenTcp } from "../../lib/net/listen.ts";

/** Two ends of one TCP connection on the loopback address, closed with `using`. */
export async function tcpPair(): Promise<
  { client: Deno.TcpConn; server: Deno.TcpConn } & Disposable
> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([
    Deno.connect({ port: listener.addr.port }),
    listener.accept(),
  ]);
  return {
    client,
    server,
    // Disposing of a connection that is closed already does nothing.
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      server[Symbol.dispose]();
    },
  };
}

/**
 * A port that nobody has, of TCP and of UDP, and that no system gives to those
 * who ask for a free one: the tests beside this one do so all the time.
 */
export function quietPort(): number {
  const hostname = "127.0.0.1";
  while (true) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    try {
      Deno.listen({ hostname, port }).close();
      Deno.listenDatagram({ transport: "udp", hostname, port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** A listener whose first accepts fail, each with the next of these errors. */
export function failingFirst(failures: Error[]): Deno.TcpListener {
  const listener = listenTcp();
  const accept = listener.accept.bind(listener);
  let calls = 0;
  listener.accept = () => {
    const failure = failures[calls++];
    return failure ? Promise.reject(failure) : accept();
  };
  return listener;
}

/** A fresh folder, removed with everything in it. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "net test " });
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

/** A signal that is never aborted, and knows how many listen to it. */
export function watchedSignal(): { signal: AbortSignal; listeners: number } {
  const { signal } = new AbortController();
  const watched = { signal, listeners: 0 };
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    watched.listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    watched.listeners--;
    remove(...args);
  };
  return watched;
}

/** `size` bytes that are all different from their neighbours, and from those 256 further on. */
export function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => i * 31 + (i >> 8));
}

/** Neither end of a Unix socket exists in Deno on Windows. */
export const noUnixSockets = Deno.build.os === "windows";

/** Whether this machine has IPv6, which some machines and containers lack. */
export function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Registers a test that needs IPv6. */
export function testIpv6(name: string, fn: () => void | Promise<void>): void {
  const ignore = !hasIpv6();
  const reason = ignore ? " (ignored: no IPv6 here)" : "";
  Deno.test({ name: name + reason, ignore, fn });
}

/** How many files and sockets this process may have open at once. */
export function maxOpenFiles(): number {
  if (Deno.build.os !== "linux") return Infinity;
  const limits = Deno.readTextFileSync("/proc/self/limits");
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
}

/**
 * Registers a test that needs many sockets. If the shell doesn't allow them, the
 * test is ignored, and its name says why.
 *
 * @param count How many files it needs, with some to spare.
 * @param name What the test shows.
 * @param fn The test.
 * @param options `ignore`: whether it's ignored anyway.
 */
export function testWithFiles(
  count: number,
  name: string,
  fn: () => void | Promise<void>,
  { ignore = false } = {},
): void {
  const most = maxOpenFiles();
  const isShort = most < count;
  const reason = isShort ? ` (ignored: only ${most} open files allowed)` : "";
  Deno.test({ name: name + reason, ignore: ignore || isShort, fn });
}
