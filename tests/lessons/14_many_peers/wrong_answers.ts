/** Wrong answers to the exercise of lesson 14, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import type {
  CallingRoll,
  Letter,
  RollCallClass,
  RollCallOptions,
} from "../../../lessons/14_many_peers/types.ts";

/** What is done otherwise than it should be. */
interface Faults {
  keyOf?: (address: Deno.NetAddr) => string;
  decode?: (message: Uint8Array) => string;
  isExpired?: (silentMs: number, expireMs: number) => boolean;
  now?: () => number;
  defaultNow?: () => number;
  hello?: RegExp;
  say?: RegExp;
  bye?: RegExp;
  end?: string;
  toStranger?: string;
  strangerSpeaks?: boolean;
  echoes?: boolean;
  receivingCounts?: boolean;
  allCounts?: boolean;
  takenIsSilent?: boolean;
  revivesLate?: boolean;
  expiresInPresentOnly?: boolean;
  takesTaken?: boolean;
  sameNameIsTaken?: boolean;
  addsSecondName?: boolean;
  keepsNames?: boolean;
  keepsNamesOfTheSilent?: boolean;
  plainObject?: boolean;
  throwsAtMalformed?: boolean;
  answersMalformed?: boolean;
  answersBye?: boolean;
  byeForgetsNobody?: boolean;
  foldsCase?: boolean;
  shared?: boolean;
  unsorted?: boolean;
}

interface Peer {
  name: string;
  address: Deno.NetAddr;
  heardAt: number;
}

/** A roll call that is right but for its faults. */
function withFaults(faults: Faults): RollCallClass {
  const shared = new Map<string, Peer>();
  const {
    keyOf = ({ hostname, port }) => `${hostname} ${port}`,
    decode = decodeStrictly,
    isExpired = (silentMs, expireMs) => silentMs >= expireMs,
    hello = /^HELLO ([A-Za-z0-9]{1,20})\n?$/,
    say = /^SAY ([^\n]+)\n?$/,
    bye = /^BYE\n?$/,
    end = "\n",
  } = faults;
  function letter(to: Deno.NetAddr, text: string): Letter {
    return { to, message: new TextEncoder().encode(`${text}${end}`) };
  }

  return class implements CallingRoll {
    readonly peers = faults.shared ? shared : new Map<string, Peer>();
    readonly names: Record<string, true> = faults.plainObject
      ? {}
      : Object.create(null);
    readonly #expireMs: number;
    readonly #now: () => number;

    constructor({ expireMs, now }: RollCallOptions) {
      this.#expireMs = expireMs;
      this.#now = faults.now ?? now ?? faults.defaultNow ?? Date.now;
    }

    present(): string[] {
      this.expire();
      const names = [...this.peers.values()].map(({ name }) => name);
      return faults.unsorted ? names : names.sort();
    }

    handle(message: Uint8Array, from: Deno.NetAddr): Letter[] {
      const key = keyOf(from);
      const text = decode(message);
      const [, name] = text.match(hello) ?? [];
      const [, said] = text.match(say) ?? [];
      const isBye = bye.test(text);
      if (faults.allCounts || faults.revivesLate && said) this.hear(key);
      if (!faults.expiresInPresentOnly) this.expire();
      if (name !== undefined) return this.hello(name, key, from);
      if (said !== undefined) return this.say(said, key, from);
      if (isBye) return this.bye(key, from);
      if (faults.throwsAtMalformed) throw new TypeError("bad message");
      return faults.answersMalformed ? [letter(from, "ERROR")] : [];
    }

    hello(name: string, key: string, from: Deno.NetAddr): Letter[] {
      const same = (a: string, b: string) =>
        faults.foldsCase ? a.toLowerCase() === b.toLowerCase() : a === b;
      const owner = [...this.peers].find(([, peer]) => same(peer.name, name));
      const isOwn = owner?.[0] === key && !faults.sameNameIsTaken;
      const isKept = name in this.names;
      if ((owner || isKept) && !isOwn && !faults.takesTaken) {
        if (!faults.takenIsSilent) this.hear(key);
        return [letter(from, `TAKEN ${name}`)];
      }
      const heardAt = this.#now();
      const old = this.peers.get(key);
      if (faults.addsSecondName && old && old.name !== name) {
        this.peers.set(`${key} before`, old);
      }
      if (faults.keepsNames || faults.keepsNamesOfTheSilent) {
        this.names[name] = true;
      }
      if (faults.keepsNamesOfTheSilent && old) delete this.names[old.name];
      this.peers.set(key, { name, address: from, heardAt });
      return [letter(from, `OK ${name}`)];
    }

    say(text: string, key: string, from: Deno.NetAddr): Letter[] {
      const speaker = this.peers.get(key);
      if (speaker === undefined && !faults.strangerSpeaks) {
        return faults.toStranger ? [letter(from, faults.toStranger)] : [];
      }
      this.hear(key);
      return [...this.peers].filter(([other]) => faults.echoes || other !== key)
        .map(([other, { address }]) => {
          if (faults.receivingCounts) this.hear(other);
          return letter(address, `${speaker?.name}: ${text}`);
        });
    }

    bye(key: string, from: Deno.NetAddr): Letter[] {
      const peer = this.peers.get(key);
      if (!faults.byeForgetsNobody) this.peers.delete(key);
      if (peer) delete this.names[peer.name];
      return faults.answersBye && peer ? [letter(from, "BYE")] : [];
    }

    hear(key: string): void {
      const peer = this.peers.get(key);
      if (peer) peer.heardAt = this.#now();
    }

    expire(): void {
      for (const [key, { heardAt }] of this.peers) {
        if (isExpired(this.#now() - heardAt, this.#expireMs)) {
          this.peers.delete(key);
        }
      }
    }
  };
}

function decodeStrictly(message: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(message);
  } catch {
    return "";
  }
}

function mistake(
  name: string,
  faults: Faults,
  diagnosis: RegExp,
): WrongAnswer<RollCallClass> {
  return { name, attempt: withFaults(faults), diagnosis };
}

/** Wrong answers to 14.1. */
export const rollCallMistakes: WrongAnswer<RollCallClass>[] = [
  mistake(
    "knows peers by host only",
    { keyOf: ({ hostname }) => hostname },
    /three programs of one host/,
  ),
  mistake(
    "knows peers by port only",
    { keyOf: ({ port }) => `${port}` },
    /same port on different hosts/,
  ),
  mistake(
    "writes host and port one behind the other",
    { keyOf: ({ hostname, port }) => `${hostname}${port}` },
    /127\.0\.0\.112345/,
  ),
  mistake(
    "takes the address object for a key",
    { keyOf: () => crypto.randomUUID() },
    /each message brings a new address object/,
  ),
  mistake(
    "never forgets anybody",
    { isExpired: () => false },
    /each must be forgotten/,
  ),
  mistake(
    "goes by a clock of its own",
    { now: () => Date.now() },
    /a clock of your own goes its own way/,
  ),
  mistake(
    "waits for longer than expireMs",
    { isExpired: (silentMs, expireMs) => silentMs > expireMs },
    /compare with >=/,
  ),
  mistake(
    "takes expireMs for seconds",
    { isExpired: (silentMs, expireMs) => silentMs >= expireMs / 1000 },
    /in milliseconds as now\(\) is/,
  ),
  mistake(
    "answers strangers",
    { toStranger: "ERROR say HELLO first" },
    /Answer no strangers/,
  ),
  mistake(
    "passes on what strangers say",
    { strangerSpeaks: true },
    /A stranger has no name to speak under/,
  ),
  mistake(
    "echoes to the sender",
    { echoes: true },
    /Leave the sender out: no echo/,
  ),
  mistake(
    "lets a taken name be taken over",
    { takesTaken: true },
    /its owner keeps it/,
  ),
  mistake(
    "tells a peer that its own name is taken",
    { sameNameIsTaken: true },
    /taken by herself/,
  ),
  mistake(
    "keeps the old name beside the new one",
    { addsSecondName: true },
    /the peer is one, and so is its name/,
  ),
  mistake(
    "keeps a name taken for ever",
    { keepsNames: true },
    /a second HELLO frees the old one/,
  ),
  mistake(
    "keeps the names of the silent taken",
    { keepsNamesOfTheSilent: true },
    /a name goes with its peer/,
  ),
  mistake("answers BYE", { answersBye: true }, /BYE is not answered/),
  mistake(
    "forgets nobody at BYE",
    { byeForgetsNobody: true },
    /BYE takes its sender off the list/,
  ),
  mistake(
    "lets bytes pass that are no UTF-8",
    { decode: (message) => new TextDecoder().decode(message) },
    /\{ fatal: true \}/,
  ),
  mistake(
    "throws at bytes that are no UTF-8",
    {
      decode: (message) =>
        new TextDecoder("utf-8", { fatal: true }).decode(message),
    },
    /an error here would end the server for all/,
  ),
  mistake(
    "throws at what it does not know",
    { throwsAtMalformed: true },
    /an error here would end the server for all/,
  ),
  mistake(
    "answers what it does not know",
    { answersMalformed: true },
    /A message may be empty/,
  ),
  mistake("splits at spaces", { say: /^SAY (\S+)/ }, /splits at each space/),
  mistake(
    "takes all spaces off the ends of a message",
    { decode: (message) => decodeStrictly(message).trim() },
    /trim\(\) takes more off/,
  ),
  mistake(
    "takes all spaces off the end of a message",
    { decode: (message) => decodeStrictly(message).trimEnd() },
    /trim\(\) takes more off/,
  ),
  mistake(
    "takes the spaces off a text",
    { say: /^SAY +([^\n]+?) *\n?$/ },
    /trim\(\) takes more off/,
  ),
  mistake(
    "drops a text of spaces",
    { say: /^SAY ([^\n]*[^\n ][^\n]*)\n?$/ },
    /three of them are a text/,
  ),
  mistake(
    "takes off a \\r with the \\n",
    { decode: (message) => decodeStrictly(message).replace(/\r?\n$/, "") },
    /The \\r belongs to the text/,
  ),
  mistake(
    "takes `.` for all but \\n",
    { say: /^SAY (.+)\n?$/ },
    /write \[\^\\n\]/,
  ),
  mistake(
    "takes spaces around BYE",
    { bye: /^\s*BYE\s*$/ },
    /nothing stands behind a name or BYE/,
  ),
  mistake(
    "takes spaces behind a name",
    { hello: /^HELLO ([A-Za-z0-9]{1,20})\s*$/ },
    /nothing stands behind a name or BYE/,
  ),
  mistake(
    "takes any number of \\n at the end",
    { say: /^SAY ([^\n]+)\n*$/ },
    /The second one does/,
  ),
  mistake(
    "takes an underscore for a letter",
    { hello: /^HELLO (\w{1,20})\n?$/ },
    /\\w is the underscore too/,
  ),
  mistake(
    "takes Ann and ann for one name",
    { foldsCase: true },
    /Ann and ann are two/,
  ),
  mistake(
    "keeps its own time in one place, and goes by now() in the other",
    { isExpired: () => true },
    /Take each time from now\(\)/,
  ),
  mistake(
    "lets a text have two lines",
    { say: /^SAY ([^]+?)\n?$/ },
    /looks as if another one had said it/,
  ),
  mistake(
    "takes names of any length",
    { hello: /^HELLO ([A-Za-z0-9]+)\n?$/ },
    /20 characters at most/,
  ),
  mistake(
    "takes small letters for capitals",
    { hello: /^HELLO ([A-Za-z0-9]{1,20})\n?$/i },
    /in capitals, and only so/,
  ),
  mistake("sends no \\n", { end: "" }, /ends with one \\n/),
  mistake(
    "keeps the \\n that nc sends",
    { hello: /^HELLO ([A-Za-z0-9]{1,20}\n?)$/, say: /^SAY ([^\n]+\n?)$/ },
    /at the end of what came does not count/,
  ),
  mistake(
    "counts what a peer receives",
    { receivingCounts: true },
    /Receiving does not count/,
  ),
  mistake(
    "counts what is no message",
    { allCounts: true },
    /must not revive her|does not count as a sign of life/,
  ),
  mistake(
    "revives who is late",
    { revivesLate: true },
    /must not revive her/,
  ),
  mistake(
    "does not count a HELLO that is answered with TAKEN",
    { takenIsSilent: true },
    /one that is answered with TAKEN too/,
  ),
  mistake(
    "forgets in present() only",
    { expiresInPresentOnly: true },
    /whenever a message comes as well/,
  ),
  mistake(
    "looks names up in a plain object",
    { plainObject: true },
    /A plain object has some names from the beginning/,
  ),
  mistake(
    "has one list for all roll calls",
    { shared: true },
    /Each has a list of its own/,
  ),
  mistake("does not sort", { unsorted: true }, /sort the names/),
  mistake(
    "stands still without now",
    { defaultNow: () => 0 },
    /take one that goes by itself/,
  ),
];
