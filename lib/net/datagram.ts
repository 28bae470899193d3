/**
 * Datagram sockets: messages that travel alone, each with an address on it.
 *
 * @module
 */

import { closeQuietly } from "./close.ts";
import { formatAddress, formatEndpoint } from "./endpoint.ts";
import { restate } from "./restate.ts";
import { assertTimer } from "./timer.ts";

/**
 * The most that one datagram carries over IPv4, in bytes.
 *
 * The length field of IPv4 has 16 bits and counts everything: 65,535 less 20
 * for the IPv4 header (RFC 791, section 3.1) less 8 for UDP's (RFC 768).
 */
export const MAX_DATAGRAM_BYTES = 65_507;

/** Room for what UDP's own length field, of 16 bits, can count: IPv6 has more. */
const ROOM_BYTES = 65_535;

/** Options for {@linkcode bindUdp}. */
export interface BindUdpOptions {
  /**
   * The local address. The default can be reached from this machine only. To
   * receive what is sent to a multicast group, give the address of the group,
   * and then {@linkcode DatagramSocket.join} it.
   *
   * @default "127.0.0.1"
   */
  hostname?: string;
}

/** One message that has come. */
export interface Datagram {
  /** What it says: 0 to 65507 bytes, and whoever receives them owns them. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Who says so. Anybody can write any address there (RFC 2827). */
  from: Deno.NetAddr;
}

/** Options for {@linkcode DatagramSocket.receive}. */
export interface ReceiveOptions {
  /**
   * How long to wait, in milliseconds, from 0 to 2147483647.
   *
   * @default {undefined} as long as it takes
   */
  timeoutMs?: number;
  /**
   * The only one to listen to, by host and by port. What others send meanwhile
   * is thrown away and counted in {@linkcode DatagramSocket.strangers}.
   *
   * @default {undefined} anybody
   */
  from?: Deno.NetAddr;
}

/**
 * Opens a UDP socket, on a free port of the loopback address unless told
 * otherwise.
 *
 * There is no one to connect to and no one to accept: the two system calls are
 * `socket` and `bind`, and then it sends to and receives from anybody.
 *
 * @param port The port to receive on; 0 asks the system for a free one, which is
 * then in `socket.addr.port`.
 * @param options The address.
 * @returns The socket; its owner closes it.
 * @throws {RangeError} If the port is over 65535.
 * @throws {Deno.errors.AddrInUse} If another UDP socket has that port.
 * @throws {Deno.errors.AddrNotAvailable} If `hostname` is not an address of
 * this machine.
 *
 * @example A question and an answer
 * ```ts
 * import { bindUdp } from "./datagram.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using server = bindUdp();
 * using client = bindUdp();
 *
 * await client.send(new Uint8Array([1, 2, 3]), server.addr);
 * const { bytes, from } = await server.receive({ timeoutMs: 1000 });
 * await server.send(bytes.toReversed(), from);
 *
 * const answer = await client.receive({ timeoutMs: 1000, from: server.addr });
 * assertEquals(answer.bytes, new Uint8Array([3, 2, 1]));
 * ```
 */
export function bindUdp(
  port = 0,
  options: BindUdpOptions = {},
): DatagramSocket {
  const { hostname = "127.0.0.1" } = options;
  try {
    return new DatagramSocket(Deno.listenDatagram({
      transport: "udp",
      hostname,
      port,
      // Members of a group on one machine share its port, and hear each other.
      reuseAddress: isMulticast(hostname),
      loopback: true,
    }));
  } catch (error) {
    const at = formatEndpoint({ protocol: "udp", hostname, port });
    throw restate(error, `Cannot bind ${at}`);
  }
}

/** A UDP socket that can be disposed of; {@linkcode bindUdp} makes it. */
export class DatagramSocket implements Disposable, AsyncIterable<Datagram> {
  readonly #conn: Deno.DatagramConn;
  readonly #groups = new Set<string>();
  #buffer?: Uint8Array<ArrayBuffer>;
  /** The receive under way, which may outlive the call that began it. */
  #pending?: Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]>;
  #isWaiting = false;
  #isClosed = false;
  #strangers = 0;

  /**
   * Takes a socket over: nobody else may receive from it any more.
   *
   * @param conn A socket of the transport `udp`.
   */
  constructor(conn: Deno.DatagramConn) {
    this.#conn = conn;
  }

  /** Where the socket can be reached. */
  get addr(): Deno.NetAddr {
    return this.#conn.addr as Deno.NetAddr;
  }

  /** How many datagrams were thrown away since they came from somebody else. */
  get strangers(): number {
    return this.#strangers;
  }

  /**
   * Sends one message, whole or not at all.
   *
   * That it was sent is all there is to know: a port where nobody listens, and
   * a receiver who has no room left, take it without a word.
   *
   * @param bytes The message, up to {@linkcode MAX_DATAGRAM_BYTES}; none is a
   * message too.
   * @param to Who shall get it.
   * @throws {RangeError} If it is too long, which no system cuts in pieces; or
   * if `to` is a multicast group that the socket has not joined.
   * @throws {Deno.errors.BadResource} If the socket is closed.
   */
  async send(bytes: Uint8Array, to: Deno.NetAddr): Promise<void> {
    if (bytes.length > MAX_DATAGRAM_BYTES) {
      throw new RangeError(
        `Cannot send ${bytes.length} bytes: ` +
          `a datagram holds at most ${MAX_DATAGRAM_BYTES}`,
      );
    }
    if (isMulticast(to.hostname) && !this.#groups.has(to.hostname)) {
      throw new RangeError(
        `Cannot send to ${to.hostname}: join it first, ` +
          "so that nothing leaves this machine",
      );
    }
    try {
      await this.#conn.send(bytes, to);
    } catch (error) {
      throw restate(error, `Cannot send to ${formatAddress(to)}`);
    }
  }

  /**
   * Receives the next message.
   *
   * A receive cannot be cancelled. The one that a deadline gives up goes on,
   * and the next call gets what it brings: nothing is lost in between.
   *
   * @param options How long to wait, and for whom.
   * @returns The message, in bytes of its own. It is never cut: there is room
   * for the longest.
   * @throws {RangeError} If `timeoutMs` is out of range.
   * @throws {Deno.errors.TimedOut} If nothing (from `from`) comes in time.
   * @throws {Deno.errors.Busy} If another call is still waiting.
   * @throws {Deno.errors.Interrupted} If the socket is closed meanwhile.
   * @throws {Deno.errors.BadResource} If it is closed already.
   *
   * @example A deadline passes, and nothing is lost
   * ```ts
   * import { bindUdp } from "./datagram.ts";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * using one = bindUdp();
   * using other = bindUdp();
   * await assertRejects(
   *   () => one.receive({ timeoutMs: 5 }),
   *   Deno.errors.TimedOut,
   *   "Cannot receive: nothing came within 5 ms",
   * );
   * await other.send(new Uint8Array([42]), one.addr);
   * assertEquals((await one.receive()).bytes, new Uint8Array([42]));
   * ```
   */
  async receive(options: ReceiveOptions = {}): Promise<Datagram> {
    const { timeoutMs, from } = options;
    if (timeoutMs !== undefined) {
      assertTimer(timeoutMs, "Cannot receive: timeoutMs");
    }
    if (this.#isWaiting) {
      throw new Deno.errors.Busy(
        "Cannot receive: another receive is waiting; await that one first",
      );
    }
    this.#isWaiting = true;
    const late = Promise.withResolvers<undefined>();
    const timer = timeoutMs === undefined
      ? undefined
      : setTimeout(() => late.resolve(undefined), timeoutMs);
    try {
      while (true) {
        const received = timer === undefined
          ? await this.#next()
          : await Promise.race([this.#next(), late.promise]);
        if (received === undefined) {
          const who = from ? ` from ${formatAddress(from)}` : "";
          throw new Deno.errors.TimedOut(
            `Cannot receive: nothing${who} came within ${timeoutMs} ms`,
          );
        }
        this.#pending = undefined;
        const sender = received[1] as Deno.NetAddr;
        if (!from || isSame(sender, from)) {
          return { bytes: received[0].slice(), from: sender };
        }
        this.#strangers++;
      }
    } catch (error) {
      // What failed is over; what is late goes on.
      if (!(error instanceof Deno.errors.TimedOut)) this.#pending = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.#isWaiting = false;
    }
  }

  /**
   * Receives message after message until the socket is closed. Leaving the loop
   * early leaves the socket open.
   *
   * @returns The messages, as they come.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Datagram> {
    while (true) {
      let datagram: Datagram;
      try {
        datagram = await this.receive();
      } catch (error) {
        if (this.#isClosed) return;
        throw error;
      }
      yield datagram;
    }
  }

  /**
   * Joins a multicast group, on the loopback interface only, so that this
   * socket can send to it. To receive from it too, the socket must be bound to
   * the group's address.
   *
   * What it sends to the group has a time to live of 0: it reaches this machine
   * and no other (RFC 1112, section 6.1).
   *
   * @param group An address from 224.0.0.0 to 239.255.255.255; those that begin
   * with 239 are free for local use (RFC 2365).
   * @returns Resolves when the socket is a member, until it is closed.
   * @throws {RangeError} If `group` is not such an address.
   * @throws If the machine does not allow it: there are containers without
   * multicast.
   */
  async join(group: string): Promise<void> {
    if (!isMulticast(group)) {
      throw new RangeError(
        `Cannot join ${group}: groups are 224.0.0.0 to 239.255.255.255`,
      );
    }
    try {
      const membership = await this.#conn.joinMulticastV4(group, "127.0.0.1");
      await membership.setTTL(0);
      await membership.setLoopback(true);
    } catch (error) {
      throw restate(error, `Cannot join ${group}`);
    }
    this.#groups.add(group);
  }

  /** Closes the socket. A receive that waits rejects; closing twice is fine. */
  close(): void {
    this.#isClosed = true;
    closeQuietly(this.#conn);
  }

  /** As {@linkcode DatagramSocket.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The receive that an earlier call has left, or a new one. */
  #next(): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    if (this.#pending === undefined) {
      // One buffer for all, with room for the longest: a shorter one would cut
      // the message without a word, and without any Deno makes one each time.
      this.#buffer ??= new Uint8Array(ROOM_BYTES);
      this.#pending = this.#conn.receive(this.#buffer);
      // It may fail while nobody waits. The next call hears of that.
      this.#pending.catch(() => {});
    }
    return this.#pending;
  }
}

function isSame(a: Deno.NetAddr, b: Deno.NetAddr): boolean {
  return a.hostname === b.hostname && a.port === b.port;
}

/** 224.0.0.0 to 239.255.255.255 (RFC 1112, section 4). */
function isMulticast(host: string): boolean {
  return /^(22[4-9]|23\d)(\.\d{1,3}){3}$/.test(host);
}
