import {
  deliver,
  OwnSocket,
  type Received,
} from "../../lib/workbook/kit/mod.ts";

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
  /** What was sent, and when each send began, by `performance.now()`. */
  readonly sent: { message: Uint8Array; at: number }[] = [];
  /** Hears of each send, once it is in the list. */
  onSend: () => void = () => {};

  /** How many receives are under way. */
  get receiving(): number {
    return this.#waiting.length;
  }

  override send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    this.sent.push({ message: message.slice(), at: performance.now() });
    this.onSend();
    return super.send(message, to);
  }

  override async receive(buffer?: Uint8Array): Promise<Received> {
    const waiting = Promise.withResolvers<Received>();
    this.#waiting.push(waiting);
    this.#handOut();
    this.#pump();
    const received = await waiting.promise;
    // Deno gives the beginning of a long array. Reading beyond a message that
    // is too short for a number would go unnoticed there: here nothing is
    // behind such a one.
    const hasNumber = received[0].length >= 4;
    return deliver(received, buffer ?? (hasNumber ? longArray() : undefined));
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

/** As Deno makes one for each message. */
function longArray(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(65_507);
}
