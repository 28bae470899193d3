/** One good answer to the exercise of lesson 14. */
import type { Letter, RollCallOptions } from "./types.ts";

// ---- 14.1 RollCall ----------------------------------------------------------

interface Peer {
  name: string;
  address: Deno.NetAddr;
  /** When it last sent something. */
  heardAt: number;
}

export class RollCall {
  readonly #expireMs: number;
  readonly #now: () => number;
  /** Who is present, by host and port: no connection tells two peers apart. */
  readonly #peers = new Map<string, Peer>();

  constructor({ expireMs, now = () => performance.now() }: RollCallOptions) {
    this.#expireMs = expireMs;
    this.#now = now;
  }

  handle(message: Uint8Array, from: Deno.NetAddr): Letter[] {
    // First of all: a message that comes too late must not revive its sender.
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

  #hello(name: string, from: Deno.NetAddr): Letter[] {
    const key = keyOf(from);
    const isTaken = [...this.#peers].some(([other, peer]) =>
      peer.name === name && other !== key
    );
    if (isTaken) {
      this.#hear(key);
      return [letter(from, `TAKEN ${name}`)];
    }
    // The new entry takes the place of an older one, and of its name.
    this.#peers.set(key, { name, address: from, heardAt: this.#now() });
    return [letter(from, `OK ${name}`)];
  }

  #say(text: string, from: Deno.NetAddr): Letter[] {
    const key = keyOf(from);
    const speaker = this.#hear(key);
    // No word to a stranger: it may not even be the one who sent this.
    if (speaker === undefined) return [];
    return [...this.#peers]
      .filter(([other]) => other !== key)
      .map(([, { address }]) => letter(address, `${speaker.name}: ${text}`));
  }

  /** Only who sends something is known to be alive. */
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
  // With a space between them, no two addresses make the same text.
  return `${hostname} ${port}`;
}

/** The text of a message; nothing where it is no UTF-8. */
function decode(message: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(message);
  } catch {
    return "";
  }
}

function letter(to: Deno.NetAddr, text: string): Letter {
  return { to, message: new TextEncoder().encode(`${text}\n`) };
}
