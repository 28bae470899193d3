/**
 * Listening sockets: the server's half of making a connection.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { restate } from "./restate.ts";

/** Options for {@linkcode listen}. */
export interface ListenOptions {
  /**
   * How many connections may wait for `accept()`, an integer >= 0, for TCP
   * only. Linux holds one more than this, and the next client waits: it is not
   * refused.
   *
   * @default 511
   */
  backlog?: number;
  /**
   * Closes the listener when aborted. If it is aborted already, nothing is
   * opened.
   */
  signal?: AbortSignal;
}

/** Options for {@linkcode listenTcp}. */
export interface ListenTcpOptions extends ListenOptions {
  /**
   * The local address to listen on. The default can be reached from this
   * machine only.
   *
   * @default "127.0.0.1"
   */
  hostname?: string;
}

/**
 * Opens a TCP listener, on a free port of the loopback address unless told
 * otherwise.
 *
 * `Deno.listen` makes three system calls here: `socket`, `bind` and `listen`.
 * From then on clients can connect, even while nobody calls `accept()` (RFC
 * 9293, section 3.10.1, passive OPEN).
 *
 * @param port The port to listen on; 0 asks the system for a free one, which is
 * then in `listener.addr.port`.
 * @param options The address, the queue and the signal.
 * @returns The listener; its owner closes it.
 * @throws {RangeError} If the port is over 65535, or `backlog` is not an
 * integer >= 0.
 * @throws {Deno.errors.AddrInUse} If another listener has that port.
 * @throws {Deno.errors.AddrNotAvailable} If `hostname` is not an address of
 * this machine.
 * @throws The signal's reason, if it is aborted already.
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
  return open(
    { protocol: "tcp", hostname, port },
    () => Deno.listen({ hostname, port, tcpBacklog: backlog }),
    signal,
  );
}

/**
 * Opens a listener for a stream, TCP or Unix, at an endpoint.
 *
 * A Unix listener makes a file at its path, and removes it when it is closed.
 *
 * @param endpoint Where to listen, as a value or in its written form; TCP port
 * 0 asks for a free one.
 * @param options The queue and the signal.
 * @returns The listener; its owner closes it.
 * @throws {TypeError} If `endpoint` is written wrongly or is a UDP one, if
 * `backlog` is given for Unix, or if the path is too long (108 bytes or more on
 * Linux).
 * @throws {RangeError} If the port is over 65535, or `backlog` is not an
 * integer >= 0.
 * @throws {Deno.errors.AddrInUse} If the port is taken, or the path exists.
 * @throws {Deno.errors.AddrNotAvailable} If the host is not an address of this
 * machine.
 * @throws The signal's reason, if it is aborted already.
 *
 * @example Listen on IPv6, until a signal says stop
 * ```ts
 * import { listen } from "./listen.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const stop = new AbortController();
 * const listener = listen("tcp://[::1]:0", { signal: stop.signal });
 * stop.abort();
 * await assertRejects(() => listener.accept(), Deno.errors.BadResource);
 * ```
 */
export function listen(
  endpoint: Endpoint | string,
  options: ListenOptions = {},
): Deno.Listener {
  const at = typeof endpoint === "string" ? parseEndpoint(endpoint) : endpoint;
  switch (at.protocol) {
    case "tcp":
      return listenTcp(at.port, { ...options, hostname: at.hostname });
    case "unix":
      if (options.backlog !== undefined) {
        throw new TypeError(
          "Cannot listen with a backlog on a Unix path: it is for TCP only",
        );
      }
      return open(
        at,
        () => Deno.listen({ transport: "unix", path: at.path }),
        options.signal,
      );
    case "udp":
      throw new TypeError(
        "Cannot listen by UDP: nobody connects; use Deno.listenDatagram()",
      );
  }
}

/**
 * Opens the listener, ties it to the signal, and names the endpoint if that
 * fails.
 */
function open<T extends Deno.Listener>(
  endpoint: Endpoint,
  start: () => T,
  signal?: AbortSignal,
): T {
  signal?.throwIfAborted();
  try {
    const listener = start();
    signal?.addEventListener("abort", () => closeQuietly(listener), {
      once: true,
    });
    return listener;
  } catch (error) {
    throw restate(error, `Cannot listen on ${formatEndpoint(endpoint)}`);
  }
}
