/**
 * Connections: the client's half, with a limit to its patience.
 *
 * @module
 */

import { type Endpoint, formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { restate } from "./restate.ts";
import { assertTimer } from "./timer.ts";

/** Options for {@linkcode connect}. */
export interface ConnectOptions {
  /**
   * How long to wait for the connection, in milliseconds, from 0 (which is past
   * at once) to 2147483647, the longest that a timer can run. Without it the
   * system's own limit holds, which for TCP is minutes.
   */
  timeoutMs?: number;
  /** Gives up when aborted. Once connected, it does nothing more. */
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
}

/**
 * Connects to a TCP port, on this machine unless told otherwise.
 *
 * `Deno.connect` makes two system calls here: `socket` and `connect`. The
 * promise resolves when the handshake is done (RFC 9293, section 3.5), which
 * does not need the server to have called `accept()`.
 *
 * @param port The port to connect to, 1 to 65535.
 * @param options The address, the deadline and the signal.
 * @returns The connection; its owner closes it.
 * @throws {RangeError} If the port is out of range, or `timeoutMs` is.
 * @throws {Deno.errors.ConnectionRefused} If nobody listens there.
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
export function connectTcp(
  port: number,
  options: ConnectTcpOptions = {},
): Promise<Deno.TcpConn> {
  const { hostname = "127.0.0.1" } = options;
  return open(
    { protocol: "tcp", hostname, port },
    (signal) => Deno.connect({ hostname, port, signal }),
    options,
  );
}

/**
 * Connects to a stream socket, TCP or Unix, at an endpoint.
 *
 * @param endpoint Where to connect to, as a value or in its written form.
 * @param options The deadline and the signal.
 * @returns The connection; its owner closes it.
 * @throws {TypeError} If `endpoint` is written wrongly, or is a UDP one.
 * @throws {RangeError} If the port is out of range, or `timeoutMs` is.
 * @throws {Deno.errors.ConnectionRefused} If nobody listens there.
 * @throws {Deno.errors.NotFound} If there is no file at the Unix path.
 * @throws {Deno.errors.WouldBlock} If the queue of the Unix listener is full:
 * unlike TCP, it does not wait.
 * @throws {Deno.errors.TimedOut} If there is no answer within `timeoutMs`.
 * @throws The signal's reason, if it is aborted first.
 *
 * @example A refusal says who refused
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
      return await open(
        to,
        () => Deno.connect({ transport: "unix", path: to.path }),
        options,
      );
    case "udp":
      throw new TypeError(
        "Cannot connect by UDP: nobody connects; use Deno.listenDatagram()",
      );
  }
}

/**
 * Opens the connection; gives up at the deadline or on abort, and then leaves
 * neither timer nor socket behind.
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
      throw restate(error, failure);
    });
  }

  const giveUp = new AbortController();
  function onAbort() {
    giveUp.abort(signal?.reason);
  }
  function onDeadline() {
    const message = `${failure}: no answer within ${timeoutMs} ms`;
    giveUp.abort(new Deno.errors.TimedOut(message));
  }
  if (timeoutMs === 0) onDeadline();
  giveUp.signal.throwIfAborted();

  signal?.addEventListener("abort", onAbort);
  const timer = timeoutMs && setTimeout(onDeadline, timeoutMs);
  try {
    const conn = await start(giveUp.signal);
    // A connection may still arrive when nobody waits for it any more. Deno can
    // stop a TCP connection on its way, but not a Unix one; that one does not
    // hang, though: the system takes it or turns it away at once.
    if (giveUp.signal.aborted) conn.close();
    giveUp.signal.throwIfAborted();
    return conn;
  } catch (error) {
    // A refusal that came is told as one, even if the deadline has passed
    // meanwhile.
    throw error === giveUp.signal.reason ? error : restate(error, failure);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
