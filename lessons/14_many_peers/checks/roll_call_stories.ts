/** The building blocks of the stories that check 14.1. */
import {
  type Advice,
  type CallDue,
  type CallResult,
  differenceAt,
  type MethodCall,
  type ObjectCase,
  shown,
  toBytes,
} from "../../../lib/workbook/kit/mod.ts";
import { counted } from "../../../lib/show/counted.ts";
import { printable } from "../../../lib/show/text.ts";
import type {
  OutgoingMessage,
  RollCallClass,
  RollCallInstance,
} from "../types.ts";

/** The README's headings that failures refer to. */
export const READ = {
  peers: "Which peer sent this?",
  protocol: "The roll call",
  strangers: "Don't answer strangers",
  silence: "Silence is the only sign",
  bytes: "Expect any bytes",
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

/** The text to send to each peer, without the final `\n`. */
export type Outgoing = Partial<Record<PeerName, string>>;

function peerAt(hostname: string, port: number): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

/** An answer's roll call, with a clock that only `at()` moves. */
export class Session {
  readonly #roll: RollCallInstance;
  #time = 0;

  constructor(RollCall: RollCallClass, expireMs = 1000) {
    this.#roll = new RollCall({ expireMs, now: () => this.#time });
  }

  at(time: number): void {
    this.#time = time;
  }

  handle(message: Uint8Array, from: Deno.NetAddr): OutgoingMessage[] {
    return this.#roll.handle(message, from);
  }

  present(): string[] {
    return this.#roll.present();
  }
}

/**
 * Makes a case: the calls on one roll call, after some peers have said HELLO,
 * and what to say if one of them returns something else.
 */
export function story(
  step: string,
  peers: string,
  likely: string,
  ...calls: MethodCall[]
): ObjectCase {
  const joins = namesIn(peers).map((name) => join(name as PeerName));
  return { step, calls: [...joins, ...calls], likely, read: READ.protocol };
}

/** Makes a call: a peer says HELLO with its own name, and gets OK. */
function join(name: PeerName): MethodCall {
  return {
    ...handle(name, `HELLO ${name}`, { [name]: `OK ${name}` }),
    likely:
      "In this RollCall, no other peer has that name: answer OK and the " +
      "name. Each RollCall has its own list, so keep the list in a field of " +
      "the object.",
  };
}

/** Makes a call: a peer sends a message, and exactly `outgoing` must be sent. */
export function handle(
  from: PeerName,
  message: string | Uint8Array,
  outgoing: Outgoing,
): MethodCall {
  const returns = Object.entries(outgoing)
    .map(([name, text]) => seenAs(PEERS[name as PeerName], `${text}\n`))
    .toSorted(inOrder);
  return { ...send(from, message), returns };
}

/** Makes a call: a peer sends a message, and any result is accepted. */
export function send(
  from: PeerName,
  message: string | Uint8Array,
): MethodCall {
  const { hostname, port } = PEERS[from];
  const text = typeof message === "string"
    ? shown(message)
    : printable(message);
  return {
    do: "handle",
    label: `handle(${text}) from ${from}, ${hostname}:${port},`,
    args: [toBytes(message), PEERS[from]],
  };
}

/** Makes a call: exactly these names must be present. */
export function present(names: string): MethodCall {
  return { do: "present", args: [], returns: namesIn(names), again: true };
}

function namesIn(text: string): string[] {
  return text.match(/\w+/g) ?? [];
}

/** Makes a call: sets the clock. */
export function at(timeMs: number): MethodCall {
  return { do: "at", args: [timeMs] };
}

/** A message to send, as reports show it. */
export interface SeenMessage {
  to: string;
  text: string;
}

export function seenAs(
  { hostname, port }: Deno.NetAddr,
  text: string,
): SeenMessage {
  return { to: `${hostname}:${port}`, text };
}

function inOrder(a: SeenMessage, b: SeenMessage): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** Prepares a result for comparing: decodes the messages, and sorts them. */
export function see(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every(isOutgoing)) return value;
  return value
    .map(({ to, message }) => seenAs(to, new TextDecoder().decode(message)))
    .toSorted(inOrder);
}

function isOutgoing(one: unknown): one is OutgoingMessage {
  const { to, message } = Object(one);
  return message instanceof Uint8Array && to?.transport === "udp" &&
    typeof to.port === "number";
}

/** Explains a mistake that any call can reveal. */
export function explain(
  { value, error }: CallResult,
  { args: [, from], returns }: CallDue & { args: unknown[] },
): Partial<Advice> | undefined {
  if (error !== undefined || returns === undefined) return undefined;
  if (from === undefined) return explainPresent(value, returns as string[]);
  if (!Array.isArray(value)) {
    return {
      likely:
        "Return an array of { to, message }, not a promise: there's nothing to " +
        "wait for. If there's nothing to send, return [].",
    };
  }
  const wrong = value.find((one) => !isOutgoing(one));
  if (wrong !== undefined) {
    return {
      likely: wrong?.message instanceof Uint8Array
        ? "`to` is a UDP address. Remember the `from` of each peer's messages, " +
          "and send to that."
        : "`message` must be bytes, because a socket sends bytes: " +
          "new TextEncoder().encode(text).",
    };
  }
  return explainMessages(
    see(value) as SeenMessage[],
    returns as SeenMessage[],
    seenAs(from as Deno.NetAddr, "").to,
  );
}

function explainPresent(
  value: unknown,
  names: string[],
): Partial<Advice> | undefined {
  if (!Array.isArray(value)) {
    return {
      likely:
        "Return an array of names. `[...map.values()]` makes an array of " +
        "the values in a Map.",
    };
  }
  return differenceAt(value.toSorted(), names) !== undefined ? undefined : {
    likely: "All names are there, but in the wrong order: sort the names.",
  };
}

function explainMessages(
  sent: SeenMessage[],
  due: SeenMessage[],
  sender: string,
): Partial<Advice> | undefined {
  const bare = (messages: SeenMessage[]) =>
    messages.map(({ text }) => text.replace(/[\r\n]+$/, "")).sort().join();
  const isWell = ({ text }: SeenMessage) => /[^\r\n]\n$/.test(text);
  if (bare(sent) === bare(due) && !sent.every(isWell)) {
    return {
      likely: sent.some(({ text }) => text.endsWith("\n\n"))
        ? "One \\n at the end of an incoming message doesn't count, because nc " +
          "sends it. Remove it before you look at the message."
        : "Each outgoing message ends with one \\n: nc prints only what it " +
          "receives.",
    };
  }
  const [answer] = due;
  const toOthers = sent.filter(({ to }) => to !== sender);
  if (due.length === 1 && answer.to === sender && toOthers.length > 0) {
    return {
      likely:
        `${answer.text.trim()} is only for the sender of HELLO, but you also ` +
        `sent something to ${counted(toOthers.length, "other peer")}. Only a ` +
        "SAY goes to others.",
    };
  }
  const isSay = due.some(({ text }) => text.includes(": "));
  if (isSay && sent.some(({ to }) => to === sender)) {
    return {
      likely:
        "You echo the text to its sender, who already knows it. Send it only " +
        "to the other peers.",
    };
  }
  return undefined;
}
