import {
  deliver,
  OwnSocket,
  type Received,
} from "../../lib/workbook/own_socket.ts";

/**
 * A real UDP socket that serves its receives in the order in which they began.
 *
 * The system promises no order among receives that wait side by side, and Deno
 * often serves the newest first. Then a receive that was given up does harm only
 * now and then. Here it does so each time.
 */
export class QueuedSocket extends OwnSocket {
  readonly #waiting: PromiseWithResolvers<Received>[] = [];
  /** What came when nobody waited. */
  readonly #inbox: Received[] = [];
  #isPumping = false;
  /** When the last send began, by `performance.now()`. */
  lastSendAt = -Infinity;

  /** How many receives are under way. */
  get receiving(): number {
    return this.#waiting.length;
  }

  override send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    this.lastSendAt = performance.now();
    return super.send(message, to);
  }

  override async receive(buffer?: Uint8Array): Promise<Received> {
    const waiting = Promise.withResolvers<Received>();
    this.#waiting.push(waiting);
    this.#handOut();
    this.#pump();
    // Deno gives the beginning of a long array, and reading beyond the message
    // would go unnoticed. Here nothing is behind it.
    return deliver(await waiting.promise, buffer);
  }

  /**
   * Lets a message come with any address on it, such as that of another host,
   * which loopback does not have.
   *
   * @param message What it says.
   * @param from Who seems to have sent it.
   */
  forge(message: Uint8Array<ArrayBuffer>, from: Deno.NetAddr): void {
    this.#inbox.push([message, from]);
    this.#handOut();
  }

  /** Gives what has come to those who wait, each in its order. */
  #handOut(): void {
    while (this.#inbox.length > 0 && this.#waiting.length > 0) {
      this.#waiting.shift()!.resolve(this.#inbox.shift()!);
    }
  }

  /** Receives as long as anybody waits. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#waiting.length > 0) {
        this.#inbox.push(await super.receive());
        this.#handOut();
      }
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    } finally {
      this.#isPumping = false;
    }
  }
}
