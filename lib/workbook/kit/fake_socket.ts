import { awaited, requireBytes } from "./misuse.ts";
import { deliver, type Received } from "./own_socket.ts";

/** The most bytes that a UDP datagram carries over IPv4. */
const MAX_BYTES = 65_507;

/** One datagram, and the address of its other end. */
export interface Datagram {
  /** The bytes. */
  message: Uint8Array;
  /** Where it goes to, or comes from. */
  addr: Deno.Addr;
}

/** What a {@linkcode FakeSocket} does. */
export interface FakeSocketOptions {
  /** What each send fails with. */
  sendError?: Error;
  /** Called whenever a datagram moves: `() => trial.progress()` in a check. */
  onMove?: () => void;
}

/**
 * A datagram socket with no socket behind it.
 *
 * Datagrams can come from any address here, also from another machine, and
 * receives get them in the order in which they began. Deno promises no order,
 * and a receive that was given up does harm only now and then; here it always
 * takes the next datagram.
 */
export class FakeSocket implements Deno.DatagramConn {
  readonly addr: Deno.NetAddr = {
    transport: "udp",
    hostname: "127.0.0.1",
    port: 50000,
  };
  /** All that was sent, in order, also what is too long for a datagram. */
  readonly sent: Datagram[] = [];
  /** Whether somebody has closed it. */
  closed = false;
  readonly #sendError?: Error;
  readonly #onMove: () => void;
  readonly #arrived: Datagram[] = [];
  readonly #waiting: PromiseWithResolvers<Datagram>[] = [];
  #mostWaiting = 0;
  #before: Uint8Array = new Uint8Array();
  #change = Promise.withResolvers<void>();

  /** @param options What it does. */
  constructor({ sendError, onMove = () => {} }: FakeSocketOptions = {}) {
    this.#sendError = sendError;
    this.#onMove = onMove;
  }

  /** How many receives are waiting. */
  get pendingReceives(): number {
    return this.#waiting.length;
  }

  /** The most receives that ever waited at the same time. */
  get mostPendingReceives(): number {
    return this.#mostWaiting;
  }

  /** How many datagrams have arrived and were not received. */
  get unread(): number {
    return this.#arrived.length;
  }

  /** Lets a datagram arrive. */
  arrives(message: Uint8Array, addr: Deno.Addr): void {
    this.#arrived.push({ message: message.slice(), addr });
    this.#handOut();
  }

  /** Waits for a moment when `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#change.promise;
  }

  /** Sends as `Deno.DatagramConn.send` does. */
  send(message: Uint8Array, addr: Deno.Addr): Promise<number> {
    return awaited("socket.send", this.#send(message, addr));
  }

  /** Receives as `Deno.DatagramConn.receive` does. */
  receive(buffer?: Uint8Array): Promise<Received> {
    return awaited("socket.receive", this.#receive(buffer));
  }

  /** Receives until somebody closes it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received> {
    while (!this.closed) yield await this.receive();
  }

  /** Closes for good. */
  close(): void {
    this.#assertOpen();
    this.closed = true;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new Deno.errors.Interrupted("operation canceled"));
    }
    this.#wake();
  }

  /** There are no groups here. */
  joinMulticastV4(): Promise<Deno.MulticastV4Membership> {
    return Promise.reject(new Deno.errors.NotSupported("no multicast here"));
  }

  /** There are no groups here. */
  joinMulticastV6(): Promise<Deno.MulticastV6Membership> {
    return Promise.reject(new Deno.errors.NotSupported("no multicast here"));
  }

  async #send(message: Uint8Array, addr: Deno.Addr): Promise<number> {
    requireBytes("socket.send", message);
    this.#assertOpen();
    await Promise.resolve();
    if (this.#sendError !== undefined) throw this.#sendError;
    this.sent.push({ message: message.slice(), addr: { ...addr } });
    this.#wake();
    if (message.length > MAX_BYTES) {
      throw new Error("Message too long (os error 90)");
    }
    return message.length;
  }

  async #receive(buffer?: Uint8Array): Promise<Received> {
    if (buffer !== undefined) requireBytes("socket.receive", buffer);
    this.#assertOpen();
    const waiting = Promise.withResolvers<Datagram>();
    this.#waiting.push(waiting);
    this.#mostWaiting = Math.max(this.#mostWaiting, this.#waiting.length);
    this.#handOut();
    const { message, addr } = await waiting.promise;
    // Deno gives the beginning of a long array, too. What follows the message
    // is what came before: reading on into that must do harm.
    const room = buffer ?? new Uint8Array(message.length + 100).fill(0x5a);
    if (buffer === undefined) room.set(this.#before.subarray(0, room.length));
    this.#before = room;
    return deliver([message as Received[0], inDenosOrder(addr)], room);
  }

  /** Gives what has arrived to the receives that wait, each in its order. */
  #handOut(): void {
    while (this.#arrived.length > 0 && this.#waiting.length > 0) {
      this.#waiting.shift()!.resolve(this.#arrived.shift()!);
    }
    this.#wake();
  }

  #assertOpen(): void {
    if (this.closed) throw new Deno.errors.BadResource("Bad resource ID");
  }

  #wake(): void {
    this.#onMove();
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}

/** Its own addresses have the transport last, and are objects of their own. */
function inDenosOrder(addr: Deno.Addr): Deno.Addr {
  const { transport, ...rest } = addr;
  return { ...rest, transport } as Deno.Addr;
}
