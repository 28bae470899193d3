import {
  deliver,
  OwnSocket,
  type Received,
  type Trial,
} from "../../lib/workbook/kit/mod.ts";

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
  /** What each send fails with, if it is to fail. */
  sendError?: Error;
}

/**
 * A real UDP socket that keeps a list of what was sent, and can receive what
 * loopback alone will not bring: a message from another machine.
 */
export class WatchedSocket extends OwnSocket {
  readonly #trial: Trial;
  readonly #delivers: boolean;
  readonly #sendError?: Error;
  readonly #forged: Received[] = [];
  /** All that was sent, in order; also what the system refused. */
  readonly sent: Letter[] = [];
  /** How many sends have not come to their end yet. */
  sendsUnderWay = 0;
  /** How many receives wait for a message. */
  receiving = 0;

  /**
   * @param trial Closes the socket at the end, and is told of progress.
   * @param options How it differs from any other socket.
   */
  constructor(trial: Trial, options: WatchedSocketOptions = {}) {
    super(trial);
    this.#trial = trial;
    this.#delivers = options.delivers ?? true;
    this.#sendError = options.sendError;
  }

  /** Lets the next receive give this message, whoever sent it. */
  forge(message: Uint8Array, from: Deno.NetAddr): void {
    this.#forged.push([message.slice(), from]);
  }

  override async send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    this.#trial.progress();
    this.sent.push([message.slice(), to as Deno.NetAddr]);
    this.sendsUnderWay++;
    try {
      return await this.#pass(message, to);
    } finally {
      this.sendsUnderWay--;
    }
  }

  async #pass(message: Uint8Array, to: Deno.Addr): Promise<number> {
    if (this.#sendError !== undefined) throw this.#sendError;
    if (this.#delivers) return await super.send(message, to);
    if (message.length > 65_507) {
      throw new Error("Message too long (os error 90)");
    }
    return message.length;
  }

  override async receive(buffer?: Uint8Array): Promise<Received> {
    const forged = this.#forged.shift();
    if (forged !== undefined) return deliver(forged, buffer);
    this.receiving++;
    try {
      return await super.receive(buffer);
    } finally {
      this.receiving--;
      this.#trial.progress();
    }
  }
}
