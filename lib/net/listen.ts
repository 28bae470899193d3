/**
 * Listening sockets, where a server accepts connections.
 *
 * @module
 */

import { addContext } from "./add_context.ts";
import { closeOnAbort } from "./close.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { listenUnix } from "./listen_unix.ts";

/** Options for {@linkcode listen}. */
export interface ListenOptions {
  /**
   * The number of connections that may wait for `accept()`, an integer >= 0,
   * for TCP only. Linux queues one more than this. If the backlog is full, the
   * next client isn't refused; it waits.
   *
   * @default 511
   */
  backlog?: number;
  /**
   * Closes the listener when aborted. If it is already aborted, nothing is
   * opened.
   */
  signal?: AbortSignal;
}

/** Options for {@linkcode listenTcp}. */
export interface ListenTcpOptions extends ListenOptions {
  /**
   * The local address to listen on. Only this machine can reach the default.
   *
   * @default "127.0.0.1"
   */
  hostname?: string;
}

/**
 * Opens a TCP listener, by default on a free port of the loopback address.
 *
 * `Deno.listen` makes three system calls here: `socket`, `bind`, and `listen`.
 * From then on clients can connect, even before you call `accept()` (RFC 9293,
 * section 3.10.1, passive OPEN).
 *
 * @param port The port to listen on; 0 asks the system for a free one, which you
 * find in `listener.addr.port`.
 * @param options The address, the backlog, and the signal.
 * @returns The listener, which you must close.
 * @throws {RangeError} If the port is over 65535, or `backlog` isn't an integer
 * >= 0.
 * @throws {Deno.errors.AddrInUse} If another listener has that port.
 * @throws {Deno.errors.AddrNotAvailable} If `hostname` isn't an address of this
 * machine.
 * @throws The signal's reason, if it is already aborted.
 *
 * @example Listen on a free port
 * ```ts
 * import { listenTcp } from "./listen.ts";
 * import { assert } from "@std/assert";
 *
 * using listener = listenTcp();
 * assert(listener.addr.port > 0);
 * ```
 */
export function listenTcp(
  port = 0,
  options: ListenTcpOptions = {},
): Deno.TcpListener {
  const { hostname = "127.0.0.1", backlog, signal } = options;
  if (backlog !== undefined && !(Number.isInteger(backlog) && backlog >= 0)) {
    throw new RangeError(
      `Cannot listen with a backlog of ${backlog}: it must be an integer >= 0`,
    );
  }
  signal?.throwIfAborted();
  try {
    const listener = Deno.listen({ hostname, port, tcpBacklog: backlog });
    closeOnAbort(listener, signal);
    return listener;
  } catch (error) {
    const at = formatEndpoint({ protocol: "tcp", hostname, port });
    throw addContext(error, `Cannot listen on ${at}`);
  }
}

/**
 * Opens a TCP or Unix stream listener at an endpoint, using {@linkcode
 * listenTcp} or {@linkcode listenUnix}.
 *
 * @param endpoint The endpoint to listen on, as a value or as text; TCP port 0
 * asks the system for a free one.
 * @param options The backlog and the signal.
 * @returns The listener, which you must close.
 * @throws {TypeError} If `endpoint` isn't valid, or is a UDP endpoint, or if
 * you pass a `backlog` for a Unix path.
 * @throws As `listenTcp` or `listenUnix`.
 *
 * @example Listen until a signal is aborted
 * ```ts
 * import { listen } from "./listen.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const stop = new AbortController();
 * const listener = await listen("tcp://127.0.0.1:0", { signal: stop.signal });
 * stop.abort();
 * await assertRejects(() => listener.accept(), Deno.errors.BadResource);
 * ```
 */
export async function listen(
  endpoint: Endpoint | string,
  options: ListenOptions = {},
): Promise<Deno.Listener> {
  const at = typeof endpoint === "string" ? parseEndpoint(endpoint) : endpoint;
  switch (at.protocol) {
    case "tcp":
      return listenTcp(at.port, { ...options, hostname: at.hostname });
    case "unix":
      if (options.backlog !== undefined) {
        throw new TypeError(
          "Cannot listen with a backlog on a Unix path: it's for TCP only",
        );
      }
      return await listenUnix(at.path, options);
    case "udp":
      throw new TypeError(
        "Cannot listen on a UDP endpoint: UDP has no connections; use bindUdp()",
      );
  }
}
