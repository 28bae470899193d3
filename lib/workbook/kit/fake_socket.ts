import { awaited, requireBytes } from "./misuse.ts";
import { deliver, type Received } from "./own_socket.ts";

/** The most bytes that a UDP datagram carries over IPv4. */
const MAX_BYTES = 65_507;

/** One datagram, and the address of its other end. */
export interface Datagram {
  /** The bytes. */
  message: Uint8Array;
  /** The address of the receiver or the sender. */
  addr: Deno.Addr;
}

/** Options for a {@linkcode FakeSocket}. */
export interface FakeSocketOptions {
  /** The error of each send. */
  sendError?: Error;
  /** Called whenever a datagram moves: `() => trial.progress()` in a check. */
  onMove?: () => void;
}

/**
 * A simulated datagram socket.
 *
 * Datagrams can come from any address, even on another machine, and receives
 * get them in the order in which they started. Deno doesn't guarantee an order,
 * so an abandoned receive does harm only sometimes; here, it always takes the
 * next datagram.
 */
export class FakeSocket implements Deno.DatagramConn {
  readonly addr: Deno.NetAddr = {
    transport: "udp",
    hostname: "127.0.0.1",
    port: 50000,
  };
  /**
   * Everything that was sent, in order, even if it's too long for a datagram.
   */
  readonly sent: Datagram[] = [];
  /** Whether the socket is closed. */
  closed = false;
  readonly #sendError?: Error;
  readonly #onMove: () => void;
  readonly #arrived: Datagram[] = [];
  readonly #waiting: PromiseWithResolvers<Datagram>[] = [];
  #mostWaiting = 0;
  #before: Uint8Array = new Uint8Array();
  #change = Promise.withResolvers<void>();

  /** @param options The socket's behavior. */
  constructor({ sendError, onMove = () => {} }: FakeSocketOptions = {}) {
    this.#sendError = sendError;
    this.#onMove = onMove;
  }

  /** The number of receives that are waiting. */
  get pendingReceives(): number {
    return this.#waiting.length;
  }

  /** The most receives that ever waited at the same time. */
  get mostPendingReceives(): number {
    return this.#mostWaiting;
  }

  /** The number of datagrams that have arrived but haven't been received. */
  get unread(): number {
    return this.#arrived.length;
  }

  /** Lets a datagram arrive. */
  arrives(message: Uint8Array, addr: Deno.Addr): void {
    this.#arrived.push({ message: message.slice(), addr });
    this.#handOut();
  }

  /** Waits until `condition` holds. */
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

  /** Receives until the socket is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received> {
    while (!this.closed) yield await this.receive();
  }

  /** Closes the socket. */
  close(): void {
    this.#assertOpen();
    this.closed = true;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new Deno.errors.Interrupted("operation canceled"));
    }
    this.#wake();
  }

  /** Rejects: this socket has no multicast groups. */
  joinMulticastV4(): Promise<Deno.MulticastV4Membership> {
    return Promise.reject(new Deno.errors.NotSupported("no multicast here"));
  }

  /** Rejects: this socket has no multicast groups. */
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
    // Like Deno, return the start of a long array. The bytes after the message
    // are old, so an answer that reads past its end fails.
    const room = buffer ?? new Uint8Array(message.length + 100).fill(0x5a);
    if (buffer === undefined) room.set(this.#before.subarray(0, room.length));
    this.#before = room;
    return deliver([message as Received[0], inDenosOrder(addr)], room);
  }

  /** Delivers datagrams to the waiting receives, both in order. */
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

/** Copies an address, with `transport` as the last property. */
function inDenosOrder(addr: Deno.Addr): Deno.Addr {
  const { transport, ...rest } = addr;
  return { ...rest, transport } as Deno.Addr;
}
