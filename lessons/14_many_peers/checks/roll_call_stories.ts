import { formatAddress } from "../../../lib/net/mod.ts";
import { printable } from "../../../lib/show/text.ts";
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type {
  OutgoingMessage,
  RollCallClass,
  RollCallInstance,
} from "../types.ts";

/** The README's headings that failures refer to. */
export const READ = {
  peers: "Who is who",
  protocol: "The roll call",
  strangers: "A stranger gets nothing",
  silence: "Only silence tells",
  bytes: "Whatever comes",
} as const;

/** Peers on one host with three ports, and on another host with ann's port. */
export const PEERS = {
  ann: peerAt("127.0.0.1", 50_001),
  bob: peerAt("127.0.0.1", 50_002),
  cid: peerAt("127.0.0.1", 50_003),
  eve: peerAt("127.0.0.2", 50_001),
  // These two are the same text if nothing separates host and port.
  fay: peerAt("127.0.0.1", 12_345),
  gus: peerAt("127.0.0.11", 2345),
};

export type PeerName = keyof typeof PEERS;

/** The text to send to each peer, without the `\n` at its end. */
export type Outgoing = Partial<Record<PeerName, string>>;

/** What a failure means, and which section explains it. */
export interface Advice {
  likely: string;
  read?: string;
}

function peerAt(hostname: string, port: number): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

/** Sends messages to an answer to 14.1, with a clock that the check sets. */
export class RollCallDriver {
  readonly trial: Trial;
  readonly #roll: RollCallInstance;
  /** What `now()` returns, in milliseconds. */
  time = 0;

  constructor(RollCall: RollCallClass, trial: Trial) {
    this.trial = trial;
    this.#roll = new RollCall({ expireMs: 1000, now: () => this.time });
  }

  /** Each of these peers says HELLO with its own name, and gets OK. */
  join(...names: PeerName[]): void {
    for (const name of names) {
      this.expect(name, `HELLO ${name}`, { [name]: `OK ${name}` }, {
        likely:
          "In this RollCall, no other peer has that name: answer OK and " +
          "the name. Each RollCall has a list of its own, so keep the list in a " +
          "field of the object.",
      });
    }
  }

  /** A peer sends a message, and exactly these must be sent because of it. */
  expect(
    from: PeerName,
    message: string | Uint8Array,
    outgoing: Outgoing,
    advice: Advice,
  ): void {
    const sent = this.send(from, message).map(({ to, message }) => ({
      address: formatAddress(to),
      text: new TextDecoder().decode(message),
    }));
    const due = Object.entries(outgoing).map(([name, text]) => ({
      address: formatAddress(PEERS[name as PeerName]),
      text: `${text}\n`,
    }));
    if (listOf(sent) === listOf(due)) return;
    this.trial.fail({
      problem: `handle() returned the wrong messages for ${quote(message)} ` +
        `from ${formatAddress(PEERS[from])} (${from}).`,
      expected: listOf(due),
      received: listOf(sent),
      read: READ.protocol,
      ...commonMistake(sent, due, formatAddress(PEERS[from])) ?? advice,
    });
  }

  /** Exactly these names must be present. */
  expectPresent(names: string[], advice: Advice): void {
    const present = this.present();
    if (present.join() === names.join()) return;
    const isUnsorted = present.toSorted().join() === names.join();
    this.trial.fail({
      problem: "present() doesn't return the names of those who are present.",
      expected: Deno.inspect(names),
      received: Deno.inspect(present),
      read: READ.protocol,
      ...isUnsorted
        ? {
          likely: "All names are there, but in another order: sort the names.",
        }
        : advice,
    });
  }

  /** Returns what `present()` returns: an array. */
  present(): string[] {
    const present = this.#roll.present();
    if (Array.isArray(present)) return present;
    this.trial.fail({
      problem: `present() returned ${Deno.inspect(present)}.`,
      expected: "an array of names",
      likely: "`[...map.values()]` makes an array of the values in a Map.",
    });
  }

  /** Sends a message, and returns what `handle()` returns. */
  send(from: PeerName, message: string | Uint8Array): OutgoingMessage[] {
    const bytes = typeof message === "string" ? encode(message) : message;
    // A new address object each time, like those from receive().
    const outgoing = this.#roll.handle(bytes.slice(), { ...PEERS[from] });
    if (!Array.isArray(outgoing)) {
      this.trial.fail({
        problem: `handle() returned ${Deno.inspect(outgoing)}.`,
        expected: "an array of { to, message }",
        likely:
          "Return the messages themselves, since there's nothing to wait " +
          "for; if there's nothing to send, return [].",
      });
    }
    for (const one of outgoing) this.#expectMessage(one);
    return outgoing;
  }

  #expectMessage(outgoing: OutgoingMessage): void {
    if (!(outgoing?.message instanceof Uint8Array)) {
      this.trial.fail({
        problem: "handle() returned a message that isn't a Uint8Array.",
        expected: "{ to: Deno.NetAddr, message: Uint8Array }",
        received: Deno.inspect(outgoing),
        likely: "A socket sends bytes: new TextEncoder().encode(text).",
      });
    }
    const { to } = outgoing;
    if (to?.transport !== "udp" || typeof to.port !== "number") {
      this.trial.fail({
        problem: "handle() returned a message whose `to` isn't a UDP address.",
        expected: Deno.inspect(PEERS.ann),
        received: Deno.inspect(to),
        likely:
          "Remember the `from` of each peer's messages: that's where its " +
          "own messages go.",
      });
    }
  }
}

/** A message to send, as reports show it. */
interface ShownMessage {
  address: string;
  text: string;
}

function listOf(messages: ShownMessage[]): string {
  return messages.map(({ address, text }) =>
    `${JSON.stringify(text)} to ${address}`
  ).sort().join("\n") || "nothing";
}

/** What's wrong if the mistake is one that any message can reveal. */
function commonMistake(
  sent: ShownMessage[],
  due: ShownMessage[],
  sender: string,
): Advice | undefined {
  const bare = (messages: ShownMessage[]) =>
    messages.map(({ text }) => text.replace(/\n+$/, "")).sort().join();
  if (bare(sent) === bare(due)) {
    if (sent.some(({ text }) => !text.endsWith("\n"))) {
      return {
        likely:
          "Each outgoing message ends with one \\n: nc prints only what it " +
          "receives.",
      };
    }
    if (sent.some(({ text }) => text.endsWith("\n\n"))) {
      return {
        likely: "One \\n at the end of an incoming message doesn't count, " +
          "because nc sends it. Remove it before you look at the message.",
      };
    }
  }
  const isSay = due.some(({ text }) => text.includes(": "));
  if (isSay && sent.some(({ address }) => address === sender)) {
    return {
      likely:
        "You echo the text to its sender, who knows it already. Send it to " +
        "the other peers only.",
    };
  }
  return undefined;
}

/** A message as reports show it. */
export function quote(message: string | Uint8Array): string {
  return typeof message === "string"
    ? JSON.stringify(message)
    : printable(message);
}

/** Encodes a text in UTF-8. */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
