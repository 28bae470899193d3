import {
  deliver,
  OwnSocket,
  type Received,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { MAX_BYTES } from "./datagrams.ts";

/** How a {@linkcode WatchedSocket} differs from an ordinary one. */
export interface WatchedSocketOptions {
  /**
   * Whether it really sends. If not, it behaves like a socket of a system that
   * can send the longest messages, for systems that can't.
   *
   * @default {true}
   */
  delivers?: boolean;
  /** What each send fails with, if it's to fail. */
  sendError?: Error;
}

/**
 * A real UDP socket that lists what was sent, and can receive what loopback
 * alone doesn't bring: a message from another machine.
 */
export class WatchedSocket extends OwnSocket {
  readonly #trial: Trial;
  readonly #delivers: boolean;
  readonly #sendError?: Error;
  readonly #forged: Received[] = [];
  /** Each message that was sent, in order, even if the system rejected it. */
  readonly sent: Uint8Array[] = [];
  /** How many sends haven't finished yet. */
  pendingSends = 0;
  /** How many receives wait for a message. */
  pendingReceives = 0;

  /** Opens the socket, until the trial ends. */
  constructor(trial: Trial, options: WatchedSocketOptions = {}) {
    super(trial);
    this.#trial = trial;
    this.#delivers = options.delivers ?? true;
    this.#sendError = options.sendError;
  }

  /** Makes the next receive return this message, with this sender. */
  forge(message: Uint8Array, from: Deno.NetAddr): void {
    this.#forged.push([message.slice(), from]);
  }

  override async send(message: Uint8Array, to: Deno.Addr): Promise<number> {
    this.#trial.progress();
    this.sent.push(message.slice());
    this.pendingSends++;
    try {
      if (this.#sendError !== undefined) throw this.#sendError;
      if (this.#delivers) return await super.send(message, to);
      if (message.length <= MAX_BYTES) return message.length;
      throw new Error("Message too long (os error 90)");
    } finally {
      this.pendingSends--;
    }
  }

  override async receive(buffer?: Uint8Array): Promise<Received> {
    const forged = this.#forged.shift();
    if (forged !== undefined) return deliver(forged, buffer);
    this.pendingReceives++;
    try {
      return await super.receive(buffer);
    } finally {
      this.pendingReceives--;
      this.#trial.progress();
    }
  }
}
