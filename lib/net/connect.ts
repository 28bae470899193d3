/**
 * Connects to a server, with a timeout.
 *
 * @module
 */

import { addContext } from "./add_context.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { assertTimer } from "./timer.ts";

/** Options for {@linkcode connect} and {@linkcode connectUnix}. */
export interface ConnectOptions {
  /**
   * How long to wait for the connection, in milliseconds, from 0 (which fails at
   * once) to 2147483647, the longest time a timer can run.
   *
   * @default {undefined} the system's own timeout, which is minutes for TCP
   */
  timeoutMs?: number;
  /** Gives up when aborted. Once connected, it has no effect. */
  signal?: AbortSignal;
}

/** Options for {@linkcode connectTcp}. */
export interface ConnectTcpOptions extends ConnectOptions {
  /**
   * The address or name to connect to.
   *
   * @default "127.0.0.1"
   */
  hostname?: string;
  /**
   * Whether the system probes an idle peer to see if it's still there
   * (keep-alive, `SO_KEEPALIVE`). Most systems start only after two hours; use
   * `Heartbeat` to find out within seconds.
   *
   * @default {false}
   */
  keepAlive?: boolean;
}

/**
 * Connects to a TCP port, by default on this machine.
 *
 * `Deno.connect` makes two system calls here: `socket` and `connect`. The
 * promise resolves when the three-way handshake is done (RFC 9293, section 3.5),
 * even if the server hasn't called `accept()` yet.
 *
 * @param port The port to connect to, 1 to 65535.
 * @param options The address, the timeout, and the signal.
 * @returns The connection, which you must close.
 * @throws {RangeError} If the port or `timeoutMs` is out of range.
 * @throws {Deno.errors.ConnectionRefused} If nothing listens on that port.
 * @throws {Deno.errors.TimedOut} If there is no answer within `timeoutMs`.
 * @throws The signal's reason, if it is aborted first.
 *
 * @example Connect, and give up after a second
 * ```ts
 * import { connectTcp } from "./connect.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = listenTcp();
 * using conn = await connectTcp(listener.addr.port, { timeoutMs: 1000 });
 * assertEquals(conn.remoteAddr.port, listener.addr.port);
 * ```
 */
export async function connectTcp(
  port: number,
  options: ConnectTcpOptions = {},
): Promise<Deno.TcpConn> {
  const { hostname = "127.0.0.1", keepAlive = false } = options;
  const conn = await open(
    { protocol: "tcp", hostname, port },
    (signal) => Deno.connect({ hostname, port, signal }),
    options,
  );
  if (keepAlive) conn.setKeepAlive(true);
  return conn;
}

/**
 * Connects to a Unix stream socket on this machine.
 *
 * @param path The path that the server listens at.
 * @param options The timeout and the signal.
 * @returns The connection, which you must close.
 * @throws {RangeError} If `timeoutMs` is out of range.
 * @throws {Deno.errors.NotFound} If there is no file at the path.
 * @throws {Deno.errors.ConnectionRefused} If the listener is gone, but its file
 * isn't, or if the file isn't a socket.
 * @throws {Deno.errors.PermissionDenied} If you may not write to the file.
 * @throws {Deno.errors.WouldBlock} If the listener's backlog is full: unlike
 * TCP, a Unix socket doesn't wait.
 * @throws {Deno.errors.TimedOut} If the connection isn't open within
 * `timeoutMs`.
 * @throws The signal's reason, if it is aborted first.
 *
 * @example Connect to a path
 * ```ts
 * import { connectUnix } from "./connect.ts";
 * import { listenUnix } from "./listen_unix.ts";
 * import { assertEquals } from "@std/assert";
 *
 * if (Deno.build.os !== "windows") {
 *   using listener = await listenUnix();
 *   using conn = await connectUnix(listener.addr.path!);
 *   assertEquals(conn.remoteAddr, listener.addr);
 * }
 * ```
 */
export function connectUnix(
  path: string,
  options: ConnectOptions = {},
): Promise<Deno.UnixConn> {
  return open(
    { protocol: "unix", path },
    () => Deno.connect({ transport: "unix", path }),
    options,
  );
}

/**
 * Connects to a TCP or Unix stream socket at an endpoint, using {@linkcode
 * connectTcp} or {@linkcode connectUnix}.
 *
 * @param endpoint The endpoint to connect to, as a value or as text.
 * @param options The timeout and the signal.
 * @returns The connection, which you must close.
 * @throws {TypeError} If `endpoint` isn't valid, or is a UDP endpoint.
 * @throws As `connectTcp` or `connectUnix`.
 *
 * @example The error names the endpoint that refused the connection
 * ```ts
 * import { connect } from "./connect.ts";
 * import { listenTcp } from "./listen.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const listener = listenTcp();
 * const { port } = listener.addr;
 * listener.close();
 * await assertRejects(
 *   () => connect(`tcp://127.0.0.1:${port}`),
 *   Deno.errors.ConnectionRefused,
 *   `Cannot connect to tcp://127.0.0.1:${port}: `,
 * );
 * ```
 */
export async function connect(
  endpoint: Endpoint | string,
  options: ConnectOptions = {},
): Promise<Deno.Conn> {
  const to = typeof endpoint === "string" ? parseEndpoint(endpoint) : endpoint;
  switch (to.protocol) {
    case "tcp":
      return await connectTcp(to.port, { ...options, hostname: to.hostname });
    case "unix":
      return await connectUnix(to.path, options);
    case "udp":
      throw new TypeError(
        "Cannot connect to a UDP endpoint: UDP has no connections; use bindUdp()",
      );
  }
}

/**
 * Opens the connection. On a timeout or abort, it leaves no timer or socket
 * open.
 */
async function open<T extends Deno.Conn>(
  endpoint: Endpoint,
  start: (giveUp?: AbortSignal) => Promise<T>,
  { timeoutMs, signal }: ConnectOptions,
): Promise<T> {
  const failure = `Cannot connect to ${formatEndpoint(endpoint)}`;
  if (timeoutMs !== undefined) {
    assertTimer(timeoutMs, `${failure}: timeoutMs`);
  }
  signal?.throwIfAborted();
  if (timeoutMs === undefined && signal === undefined) {
    return await start().catch((error) => {
      throw addContext(error, failure);
    });
  }

  const giveUp = new AbortController();
  function onAbort() {
    giveUp.abort(signal?.reason);
  }
  function onTimeout() {
    const message = `${failure}: no answer within ${timeoutMs} ms`;
    giveUp.abort(new Deno.errors.TimedOut(message));
  }
  if (timeoutMs === 0) onTimeout();
  giveUp.signal.throwIfAborted();

  signal?.addEventListener("abort", onAbort);
  const timer = timeoutMs && setTimeout(onTimeout, timeoutMs);
  try {
    const conn = await start(giveUp.signal);
    // The connection may still open after the timeout or abort. Deno can cancel
    // a TCP connect, but not a Unix one, which the system accepts or refuses at
    // once.
    if (giveUp.signal.aborted) conn.close();
    giveUp.signal.throwIfAborted();
    return conn;
  } catch (error) {
    // If the connection was refused, say so, even if the timeout has passed by
    // now.
    throw error === giveUp.signal.reason ? error : addContext(error, failure);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
