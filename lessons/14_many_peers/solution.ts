/** One good answer to the exercise of lesson 14. */
import type { OutgoingMessage, RollCallOptions } from "./types.ts";

// ---- 14.1 RollCall ----------------------------------------------------------

interface Peer {
  name: string;
  address: Deno.NetAddr;
  /** The time of its last message that counts. */
  heardAt: number;
}

export class RollCall {
  readonly #expireMs: number;
  readonly #now: () => number;
  /** The present peers, by host and port. */
  readonly #peers = new Map<string, Peer>();

  constructor({ expireMs, now = () => performance.now() }: RollCallOptions) {
    this.#expireMs = expireMs;
    this.#now = now;
  }

  handle(message: Uint8Array, from: Deno.NetAddr): OutgoingMessage[] {
    // Do this first: a late message must not bring its sender back.
    this.#expire();
    const text = decode(message);
    const [, name] = text.match(/^HELLO ([A-Za-z0-9]{1,20})\n?$/) ?? [];
    if (name !== undefined) return this.#hello(name, from);
    const [, said] = text.match(/^SAY ([^\n]+)\n?$/) ?? [];
    if (said !== undefined) return this.#say(said, from);
    if (/^BYE\n?$/.test(text)) this.#peers.delete(keyOf(from));
    return [];
  }

  present(): string[] {
    this.#expire();
    return [...this.#peers.values()].map(({ name }) => name).sort();
  }

  #hello(name: string, from: Deno.NetAddr): OutgoingMessage[] {
    const key = keyOf(from);
    const isTaken = [...this.#peers].some(([other, peer]) =>
      peer.name === name && other !== key
    );
    if (isTaken) {
      this.#hear(key);
      return [messageTo(from, `TAKEN ${name}`)];
    }
    // This replaces the peer's old entry, and frees its old name.
    this.#peers.set(key, { name, address: from, heardAt: this.#now() });
    return [messageTo(from, `OK ${name}`)];
  }

  #say(text: string, from: Deno.NetAddr): OutgoingMessage[] {
    const key = keyOf(from);
    const speaker = this.#hear(key);
    // Don't answer a stranger: its address may be forged.
    if (speaker === undefined) return [];
    const line = `${speaker.name}: ${harmless(text)}`;
    return [...this.#peers]
      .filter(([other]) => other !== key)
      .map(([, { address }]) => messageTo(address, line));
  }

  /** Notes that a peer is alive, because it sent something. */
  #hear(key: string): Peer | undefined {
    const peer = this.#peers.get(key);
    if (peer !== undefined) peer.heardAt = this.#now();
    return peer;
  }

  #expire(): void {
    const now = this.#now();
    for (const [key, { heardAt }] of this.#peers) {
      if (now - heardAt >= this.#expireMs) this.#peers.delete(key);
    }
  }
}

function keyOf({ hostname, port }: Deno.NetAddr): string {
  // With a space in between, no two addresses have the same key.
  return `${hostname} ${port}`;
}

/** Decodes a message. If it isn't UTF-8, returns an empty text. */
function decode(message: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(message);
  } catch {
    return "";
  }
}

/** Removes control characters: a terminal obeys them, and may clear its screen. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, "");
}

function messageTo(to: Deno.NetAddr, text: string): OutgoingMessage {
  return { to, message: new TextEncoder().encode(`${text}\n`) };
}
