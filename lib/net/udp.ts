/**
 * UDP sockets.
 *
 * @module
 */

import { addContext } from "./add_context.ts";
import { DatagramSocket } from "./datagram.ts";
import { formatEndpoint } from "./endpoint.ts";

/**
 * The longest message that fits in a datagram over IPv4, in bytes.
 *
 * IPv4's length field has 16 bits and counts everything: 65,535 minus 20 for the
 * IPv4 header (RFC 791, section 3.1) minus 8 for UDP's (RFC 768).
 */
export const MAX_DATAGRAM_BYTES = 65_507;

/** Options for {@linkcode bindUdp}. */
export interface BindUdpOptions {
  /**
   * The local address. Only this machine can reach the default. To receive
   * messages to a multicast group, pass the group's address, and then
   * {@linkcode UdpSocket.join} the group.
   *
   * @default "127.0.0.1"
   */
  hostname?: string;
}

/**
 * Opens a UDP socket, by default on a free port of the loopback address.
 *
 * UDP is connectionless, so there is nothing to connect to or accept. After the
 * system calls `socket` and `bind`, the socket can send to any address and
 * receive from any address.
 *
 * @param port The port to receive on; 0 asks the system for a free one, which you
 * find in `socket.addr.port`.
 * @param options The address.
 * @returns The socket, which you must close.
 * @throws {RangeError} If the port is over 65535.
 * @throws {Deno.errors.AddrInUse} If another UDP socket has that port.
 * @throws {Deno.errors.AddrNotAvailable} If `hostname` isn't an address of this
 * machine.
 *
 * @example A question and an answer
 * ```ts
 * import { bindUdp } from "./udp.ts";
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
export function bindUdp(port = 0, options: BindUdpOptions = {}): UdpSocket {
  const { hostname = "127.0.0.1" } = options;
  try {
    return new UdpSocket(Deno.listenDatagram({
      transport: "udp",
      hostname,
      port,
      // The members of a group on one machine share a port and get each other's
      // messages.
      reuseAddress: isMulticast(hostname),
      loopback: true,
    }));
  } catch (error) {
    const at = formatEndpoint({ protocol: "udp", hostname, port });
    throw addContext(error, `Cannot bind ${at}`);
  }
}

/** A UDP socket; {@linkcode bindUdp} opens it. */
export class UdpSocket extends DatagramSocket<Deno.NetAddr> {
  readonly #groups = new Set<string>();

  /**
   * Sends one message: all of it, or nothing.
   *
   * When the promise resolves, the system has taken the message. That's all you
   * know: if no socket is bound to that port, or the receiver's buffer is full,
   * you get no error.
   *
   * @param bytes The message, up to {@linkcode MAX_DATAGRAM_BYTES}; it may be
   * empty.
   * @param to The receiver's address.
   * @throws {RangeError} If the message is too long (no system splits it), or if
   * `to` is a multicast group that the socket hasn't joined.
   * @throws {Deno.errors.BadResource} If the socket is closed.
   */
  override async send(bytes: Uint8Array, to: Deno.NetAddr): Promise<void> {
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
    await super.send(bytes, to);
  }

  /**
   * Joins a multicast group, on the loopback interface only, so that this socket
   * can send to the group. To receive from the group too, bind the socket to the
   * group's address.
   *
   * Messages to the group have a TTL (time to live) of 0, so they never leave
   * this machine (RFC 1112, section 6.1).
   *
   * @param group An address from 224.0.0.0 to 239.255.255.255; those that start
   * with 239 are for local use (RFC 2365).
   * @returns Resolves when the socket is a member; it stays one until you close
   * it.
   * @throws {RangeError} If `group` isn't such an address.
   * @throws The system's error, if this machine has no multicast, as in some
   * containers.
   */
  async join(group: string): Promise<void> {
    if (!isMulticast(group)) {
      throw new RangeError(
        `Cannot join ${group}: groups are 224.0.0.0 to 239.255.255.255`,
      );
    }
    try {
      const membership = await this.conn.joinMulticastV4(group, "127.0.0.1");
      await membership.setTTL(0);
      await membership.setLoopback(true);
    } catch (error) {
      throw addContext(error, `Cannot join ${group}`);
    }
    this.#groups.add(group);
  }
}

/** Returns whether an address is in 224.0.0.0 to 239.255.255.255 (RFC 1112). */
function isMulticast(hostname: string): boolean {
  return /^(22[4-9]|23\d)(\.\d{1,3}){3}$/.test(hostname);
}
