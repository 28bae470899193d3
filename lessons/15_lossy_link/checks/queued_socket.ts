import {
  deliver,
  OwnSocket,
  type Received,
} from "../../../lib/workbook/kit/mod.ts";

/**
 * A real UDP socket whose pending receives get datagrams in the order in which
 * they started.
 *
 * The system promises no order among pending receives, and Deno often serves the
 * newest first. Then an abandoned receive does harm only now and then. Here it
 * does so every time.
 */
export class QueuedSocket extends OwnSocket {
  readonly #waiting: PromiseWithResolvers<Received>[] = [];
  /** What arrived while no receive was pending. */
  readonly #inbox: Received[] = [];
  #isPumping = false;
  /** What was sent, and when each send began, by `performance.now()`. */
  readonly sent: { message: Uint8Array; at: number }[] = [];
  /** Called for each send, once it's in the list. */
  onSend: () => void = () => {};

  /** How many receives are pending. */
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
    // Deno returns the start of a large buffer, so reading past the end of a
    // message that's too short for a number would go unnoticed. Here, nothing
    // follows such a message.
    const hasNumber = received[0].length >= 4;
    return deliver(received, buffer ?? (hasNumber ? largeBuffer() : undefined));
  }

  /**
   * Delivers a message with any sender's address, such as that of another host,
   * which loopback doesn't have.
   *
   * @param message The message.
   * @param from The sender's address.
   */
  forge(message: Uint8Array<ArrayBuffer>, from: Deno.NetAddr): void {
    this.#inbox.push([message, from]);
    this.#handOut();
  }

  /** Gives what has arrived to the pending receives, each in its turn. */
  #handOut(): void {
    while (this.#inbox.length > 0 && this.#waiting.length > 0) {
      this.#waiting.shift()!.resolve(this.#inbox.shift()!);
    }
  }

  /** Receives as long as a receive is pending. */
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

/** A buffer like those that Deno makes for each message. */
function largeBuffer(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(65_507);
}
