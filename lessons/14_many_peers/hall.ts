import { formatAddress } from "../../lib/net/mod.ts";
import { printable } from "../../lib/show/text.ts";
import type { Trial } from "../../lib/workbook/kit/mod.ts";
import type { CallingRoll, Letter, RollCallClass } from "./types.ts";

/** The README's headings that failures point at. */
export const READ = {
  who: "Who is who",
  protocol: "The roll call",
  stranger: "A stranger gets nothing",
  silence: "Only silence tells",
  bytes: "Whatever comes",
} as const;

/** What a failure means, and where that is explained. */
export interface HallAdvice {
  likely: string;
  read?: string;
}

/** A message that should go out: to whom, and its text. */
export type Due = [to: Deno.NetAddr, text: string];

/** Where the first peers are: one host, three ports. */
export const ANN = peerAt("127.0.0.1", 50_001);
export const BOB = peerAt("127.0.0.1", 50_002);
export const CID = peerAt("127.0.0.1", 50_003);
/** Another host, and ann's port. */
export const EVE = peerAt("127.0.0.2", 50_001);

/** The address of a peer. */
export function peerAt(hostname: string, port: number): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

/** An answer at work, with a clock that is moved by hand. */
export class Hall {
  readonly #trial: Trial;
  readonly #roll: CallingRoll;
  /** What `now()` gives, in milliseconds. */
  time = 0;

  constructor(RollCall: RollCallClass, trial: Trial, expireMs = 1000) {
    this.#trial = trial;
    this.#roll = new RollCall({ expireMs, now: () => this.time });
  }

  /** Some say HELLO, each with the answer that it must get. */
  join(peers: Record<string, Deno.NetAddr>): void {
    for (const [name, from] of Object.entries(peers)) {
      this.expect(from, `HELLO ${name}`, [[from, `OK ${name}\n`]], {
        likely: "Nobody has that name in this RollCall: answer OK with the " +
          "name. Each RollCall has a list of its own, so keep it in a field of " +
          "the object.",
      });
    }
  }

  /** A message comes, and exactly these go out for it. */
  expect(
    from: Deno.NetAddr,
    message: string | Uint8Array,
    due: Due[],
    advice: HallAdvice,
  ): void {
    const letters = this.handle(from, message);
    const received = letters.map(({ to, message }) =>
      lineOf(to, new TextDecoder().decode(message))
    ).sort();
    const expected = due.map(([to, text]) => lineOf(to, text)).sort();
    if (received.join() === expected.join()) return;
    this.#trial.fail({
      problem: `For ${quote(message)} from ${formatAddress(from)} the wrong ` +
        "messages go out.",
      expected: expected.join("\n") || "nothing",
      received: received.join("\n") || "nothing",
      ...commonFault(letters, due, from) ?? { read: READ.protocol, ...advice },
    });
  }

  /** Exactly these are present. */
  expectPresent(names: string[], advice: HallAdvice): void {
    const present = this.present();
    if (present.join() === names.join()) return;
    const isUnsorted = present.toSorted().join() === names.join();
    this.#trial.fail({
      problem: "present() does not give those who are present.",
      expected: Deno.inspect(names),
      received: Deno.inspect(present),
      read: READ.protocol,
      ...isUnsorted
        ? { likely: "All are there, in another order: sort the names." }
        : advice,
    });
  }

  /** The names of all who are present, as the answer gives them. */
  present(): string[] {
    const present = this.#roll.present();
    if (!Array.isArray(present)) {
      this.#trial.fail({
        problem: `present() gave ${Deno.inspect(present)}.`,
        expected: "an array of names",
        likely: "`[...map.values()]` makes an array of what a Map holds.",
        read: READ.protocol,
      });
    }
    return present;
  }

  /** A message comes; what goes out has the right form, if not more. */
  handle(from: Deno.NetAddr, message: string | Uint8Array): Letter[] {
    const bytes = typeof message === "string" ? encode(message) : message;
    // An address of its own each time, as receive() gives it.
    const letters = this.#roll.handle(bytes.slice(), { ...from });
    if (!Array.isArray(letters)) {
      this.#trial.fail({
        problem: `handle() gave ${Deno.inspect(letters)}.`,
        expected: "an array of { to, message }",
        likely:
          "Return the messages themselves, there is nothing to wait for; " +
          "where none goes out, return [].",
        read: READ.protocol,
      });
    }
    for (const letter of letters) this.#assertLetter(letter);
    return letters;
  }

  #assertLetter(letter: Letter): void {
    if (!(letter?.message instanceof Uint8Array)) {
      this.#trial.fail({
        problem: "handle() gave a message that is no Uint8Array.",
        received: Deno.inspect(letter),
        expected: "{ to: Deno.NetAddr, message: Uint8Array }",
        likely: "A socket sends bytes: new TextEncoder().encode(text).",
        read: READ.protocol,
      });
    }
    if (
      letter.to?.transport !== "udp" || typeof letter.to.port !== "number"
    ) {
      this.#trial.fail({
        problem: "handle() gave a message whose `to` is no UDP address.",
        received: Deno.inspect(letter.to),
        expected: Deno.inspect(ANN),
        likely: "Keep the `from` of each peer's messages: that is where its " +
          "own are to go.",
        read: READ.protocol,
      });
    }
  }
}

/** Faults that can come with any message. */
function commonFault(
  letters: Letter[],
  due: Due[],
  from: Deno.NetAddr,
): HallAdvice | undefined {
  const texts = letters.map(({ message }) => new TextDecoder().decode(message));
  const wanted = due.map(([, text]) => text);
  if (texts.length === wanted.length && wanted.length > 0) {
    const bare = (text: string) => text.replace(/\n+$/, "");
    const same =
      texts.map(bare).sort().join() === wanted.map(bare).sort().join();
    if (same && texts.some((text) => !text.endsWith("\n"))) {
      return {
        likely:
          "Each message that goes out ends with one \\n: nc prints what " +
          "comes, and nothing besides.",
        read: READ.protocol,
      };
    }
    if (same && texts.some((text) => text.endsWith("\n\n"))) {
      return {
        likely:
          "The \\n at the end of what came does not count: nc sends it. " +
          "Take it off before you look at the message.",
        read: READ.protocol,
      };
    }
  }
  const isSay = wanted.some((text) => text.includes(": "));
  if (isSay && letters.some(({ to }) => keyOf(to) === keyOf(from))) {
    return {
      likely: "It goes to the others: whoever speaks knows what was said. " +
        "Leave the sender out: no echo.",
      read: READ.protocol,
    };
  }
  return undefined;
}

function keyOf({ hostname, port }: Deno.NetAddr): string {
  return `${hostname} ${port}`;
}

function lineOf(to: Deno.NetAddr, text: string): string {
  return `${JSON.stringify(text)} to ${formatAddress(to)}`;
}

/** A message as a report shows it. */
export function quote(message: string | Uint8Array): string {
  return typeof message === "string"
    ? JSON.stringify(message)
    : printable(message);
}

/** The bytes of a text. */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
