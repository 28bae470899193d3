import type { Trial } from "../../lib/workbook/trial.ts";

/** A message and the address on it. */
export type Letter = [message: Uint8Array, address: Deno.NetAddr];

/** How a {@linkcode WatchedSocket} differs from the one that it is made of. */
export interface WatchedSocketOptions {
  /**
   * Whether what is sent goes out. Where it does not, the socket behaves like
   * one of a system that carries the longest messages, for those that do not.
   *
   * @default {true}
   */
  delivers?: boolean;
}

/**
 * A real UDP socket that keeps a list of what was sent, and can receive what
 * loopback alone will not bring: a message from another machine.
 */
export class WatchedSocket implements Deno.DatagramConn {
  readonly #socket: Deno.DatagramConn;
  readonly #trial: Trial;
  readonly #delivers: boolean;
  readonly #forged: Letter[] = [];
  /** All that was sent, in order; also what the system refused. */
  readonly sent: Letter[] = [];
  /** Whether somebody has closed it. */
  closed = false;

  /**
   * @param trial Closes the socket at the end, and is told of progress.
   * @param options How it differs from any other socket.
   */
  constructor(trial: Trial, { delivers = true }: WatchedSocketOptions = {}) {
    this.#trial = trial;
    this.#delivers = delivers;
    this.#socket = trial.use(
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
    );
  }

  get addr(): Deno.NetAddr {
    return this.#socket.addr as Deno.NetAddr;
  }

  /** Lets the next receive give this message, whoever sent it. */
  forge(message: Uint8Array, from: Deno.NetAddr): void {
    this.#forged.push([message, from]);
  }

  async send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    this.#trial.progress();
    this.sent.push([message.slice(), to as Deno.NetAddr]);
    if (this.#delivers) return await this.#socket.send(message, to);
    if (message.length > 65_507) {
      throw new Error("Message too long (os error 90)");
    }
    return message.length;
  }

  async receive(
    buffer?: Uint8Array,
  ): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    const forged = this.#forged.shift();
    if (forged === undefined) {
      const received = await this.#socket.receive(buffer);
      this.#trial.progress();
      return received;
    }
    const [message, from] = forged;
    if (buffer === undefined) return [message.slice(), from];
    const part = message.subarray(0, buffer.length);
    buffer.set(part);
    const view = buffer.subarray(0, part.length) as Uint8Array<ArrayBuffer>;
    return [view, from];
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<
    [Uint8Array<ArrayBuffer>, Deno.Addr]
  > {
    while (!this.closed) yield await this.receive();
  }

  close(): void {
    this.closed = true;
    this.#socket.close();
  }

  joinMulticastV4(
    address: string,
    networkInterface: string,
  ): Promise<Deno.MulticastV4Membership> {
    return this.#socket.joinMulticastV4(address, networkInterface);
  }

  joinMulticastV6(
    address: string,
    networkInterface: number,
  ): Promise<Deno.MulticastV6Membership> {
    return this.#socket.joinMulticastV6(address, networkInterface);
  }
}
