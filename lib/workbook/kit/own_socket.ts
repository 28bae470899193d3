import { awaited, requireBytes } from "./misuse.ts";
import type { Trial } from "./trial.ts";

/** What one receive gives: a message, and the address on it. */
export type Received = [message: Uint8Array<ArrayBuffer>, from: Deno.Addr];

/**
 * A check's own UDP socket: a real one, each of whose calls a subclass may
 * change.
 *
 * A check hands it to an answer to see what the answer does with it, or to
 * bring what loopback alone will not.
 */
export class OwnSocket implements Deno.DatagramConn {
  readonly #socket: Deno.DatagramConn;
  /** Whether somebody has closed it. */
  closed = false;

  /**
   * Opens it on 127.0.0.1, at a port that the system picks.
   *
   * @param trial Closes the socket at the end.
   */
  constructor(trial: Trial) {
    this.#socket = trial.use(
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
    );
  }

  /** Its address. */
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

  /** Receives until somebody closes it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received> {
    while (!this.closed) yield await this.receive();
  }

  /** Closes for good. */
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
 * Gives an address as people write it down. Deno puts the properties of its own
 * in another order, and an answer that compares by that would never hear the one
 * it has asked.
 *
 * @param addr The address.
 * @returns The same, in another order.
 */
export function written({ hostname, port }: Deno.NetAddr): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

/**
 * Gives a message as a receive does: what the caller's buffer has no room for
 * is cut off, without a word.
 *
 * @param received The whole message, and the address on it.
 * @param buffer The buffer that `receive` was given, if it was given one.
 * @returns A view of the buffer, or a copy of the message where there is none.
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
