import { awaited, requireBytes } from "./misuse.ts";
import type { Trial } from "./trial.ts";

/** The result of one receive: a message and its sender's address. */
export type Received = [message: Uint8Array<ArrayBuffer>, from: Deno.Addr];

/**
 * A check's own real UDP socket, whose calls a subclass can change.
 *
 * A check passes it to an answer to see how the answer uses it, or to simulate
 * what doesn't happen on loopback.
 */
export class OwnSocket implements Deno.DatagramConn {
  readonly #socket: Deno.DatagramConn;
  /** Whether the socket is closed. */
  closed = false;

  /**
   * Opens the socket on 127.0.0.1, on a free port.
   *
   * @param trial The run of the check, which closes the socket at the end.
   */
  constructor(trial: Trial) {
    this.#socket = trial.use(
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
    );
  }

  /** The socket's address. */
  get addr(): Deno.NetAddr {
    return this.#socket.addr as Deno.NetAddr;
  }

  /** Sends as `Deno.DatagramConn.send` does. */
  send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    return awaited("socket.send", this.#send(message, to));
  }

  /** Receives as `Deno.DatagramConn.receive` does. */
  receive(buffer?: Uint8Array): Promise<Received> {
    return awaited("socket.receive", this.#receive(buffer));
  }

  async #send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    requireBytes("socket.send", message);
    return await this.#socket.send(message, to);
  }

  async #receive(buffer?: Uint8Array): Promise<Received> {
    if (buffer !== undefined) requireBytes("socket.receive", buffer);
    return await this.#socket.receive(buffer);
  }

  /** Receives until the socket is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received> {
    while (!this.closed) yield await this.receive();
  }

  /** Closes the socket. */
  close(): void {
    this.closed = true;
    this.#socket.close();
  }

  /** Joins a group as `Deno.DatagramConn.joinMulticastV4` does. */
  joinMulticastV4(
    address: string,
    networkInterface: string,
  ): Promise<Deno.MulticastV4Membership> {
    return this.#socket.joinMulticastV4(address, networkInterface);
  }

  /** Joins a group as `Deno.DatagramConn.joinMulticastV6` does. */
  joinMulticastV6(
    address: string,
    networkInterface: number,
  ): Promise<Deno.MulticastV6Membership> {
    return this.#socket.joinMulticastV6(address, networkInterface);
  }
}

/**
 * Copies an address with its properties in the usual order. Deno's own
 * addresses have another order, and an answer that compares addresses as JSON
 * would never recognize its server.
 *
 * @param addr The address.
 * @returns The address, with its properties in another order.
 */
export function written({ hostname, port }: Deno.NetAddr): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

/**
 * Returns a message as a receive does: silently truncated to the size of the
 * caller's buffer.
 *
 * @param received The whole message and its sender's address.
 * @param buffer The buffer passed to `receive`, if any.
 * @returns A view of the buffer, or a copy of the message without one.
 */
export function deliver(
  [message, from]: Received,
  buffer?: Uint8Array,
): Received {
  if (buffer === undefined) return [message.slice(), from];
  const part = message.subarray(0, buffer.length);
  buffer.set(part);
  const view = buffer.subarray(0, part.length) as Uint8Array<ArrayBuffer>;
  return [view, from];
}
