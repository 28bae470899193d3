import type { Trial } from "../../lib/workbook/trial.ts";

/**
 * A real UDP socket that serves its receives in the order in which they began.
 *
 * The system promises no order among receives that wait side by side, and Deno
 * often serves the newest first. Then a receive that was given up does harm only
 * now and then. Here it does so each time.
 */
export class QueuedSocket implements Deno.DatagramConn {
  readonly #socket: Deno.DatagramConn;
  readonly #waiting: PromiseWithResolvers<
    [Uint8Array<ArrayBuffer>, Deno.Addr]
  >[] = [];
  #isPumping = false;
  /** Whether somebody has closed it. */
  closed = false;

  /** @param trial Closes the socket at the end. */
  constructor(trial: Trial) {
    this.#socket = trial.use(
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
    );
  }

  get addr(): Deno.NetAddr {
    return this.#socket.addr as Deno.NetAddr;
  }

  /** How many receives are under way. */
  get receiving(): number {
    return this.#waiting.length;
  }

  send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    return this.#socket.send(message, to);
  }

  async receive(
    buffer?: Uint8Array,
  ): Promise<[Uint8Array<ArrayBuffer>, Deno.Addr]> {
    const waiting = Promise.withResolvers<
      [Uint8Array<ArrayBuffer>, Deno.Addr]
    >();
    this.#waiting.push(waiting);
    this.#pump();
    const received = await waiting.promise;
    if (buffer === undefined) return received;
    const part = received[0].subarray(0, buffer.length);
    buffer.set(part);
    const view = buffer.subarray(0, part.length) as Uint8Array<ArrayBuffer>;
    return [view, received[1]];
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

  /** Receives as long as anybody waits. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#waiting.length > 0) {
        const [message, from] = await this.#socket.receive();
        // Deno gives the beginning of a long array, and reading beyond the
        // message would go unnoticed. Here nothing is behind it.
        this.#waiting.shift()!.resolve([message.slice(), from]);
      }
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    } finally {
      this.#isPumping = false;
    }
  }
}
