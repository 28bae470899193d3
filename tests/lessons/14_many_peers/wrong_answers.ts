/** Wrong answers of lesson 14, and the diagnosis each must get. */
import * as solution from "../../../lessons/14_many_peers/solution.ts";
import type { WrongAnswers } from "../gates.ts";

const KEY = "`${hostname} ${port}`";
const EXPIRED = ">= this.#expireMs";
const HELLO_NAME = "[A-Za-z0-9]{1,20}";
const SAY = "/^SAY ([^\\n]+)\\n?$/";
const IF_BYE = "if (/^BYE\\n?$/.test(text)) ";
const FORGET = "this.#peers.delete(keyOf(from))";
const SPEAKER = "const speaker = this.#hear(key);";
const IS_TAKEN = "const isTaken =";
const EXPIRE = "this.#expire();\n    const text = decode(message);";
const DECODE = "const text = decode(message);";
const SET = "this.#peers.set(key,";

export const wrongAnswers: WrongAnswers = {
  "14.1": [
    {
      name: "identifies peers by host only",
      replace: [KEY, "hostname"],
      diagnosis: /three programs on one host/,
    },
    {
      name: "identifies peers by port only",
      replace: [KEY, "`${port}`"],
      diagnosis: /same port on different hosts/,
    },
    {
      name: "concatenates host and port",
      replace: [KEY, "`${hostname}${port}`"],
      diagnosis: /127\.0\.0\.112345/,
    },
    {
      name: "never finds a peer again, as with an address object for a key",
      replace: [KEY, "crypto.randomUUID()"],
      diagnosis: /each message brings a new address object/,
    },
    {
      name: "never removes a silent peer",
      replace: [EXPIRED, "> Infinity"],
      diagnosis: /Nothing tells you that a peer is gone/,
    },
    {
      name: "uses its own clock",
      replace: ["this.#now = now", "this.#now = () => performance.now()"],
      diagnosis: /any other clock shows another time/,
    },
    {
      name: "waits longer than expireMs",
      replace: [EXPIRED, "> this.#expireMs"],
      diagnosis: /compare with >=/,
    },
    {
      name: "takes expireMs for seconds",
      replace: [EXPIRED, ">= this.#expireMs / 1000"],
      diagnosis: /in milliseconds, as now\(\) is/,
    },
    {
      name: "answers strangers",
      replace: ["d) return [", 'd) return [messageTo(from, "Who are you?")'],
      diagnosis: /Don't answer strangers/,
    },
    {
      name: "passes on what strangers say",
      replace: [SPEAKER, 'const speaker = this.#hear(key) ?? { name: "?" };'],
      diagnosis: /A stranger has no name to speak under/,
    },
    {
      name: "echoes to the sender",
      replace: [".filter(([other]) => other !== key)", ""],
      diagnosis: /You echo the text to its sender/,
    },
    {
      name: "lets a peer take over a taken name",
      replace: ["if (isTaken)", "if (false)"],
      diagnosis: /its owner keeps it/,
    },
    {
      name: "tells a peer that its own name is taken",
      replace: ["peer.name === name && other !== key", "peer.name === name"],
      diagnosis: /She has that name herself/,
    },
    {
      name: "keeps the old name next to the new one",
      replace: [
        SET,
        `const old = this.#peers.get(key);
        if (old && old.name !== name) this.#peers.set("old " + key, old);
        ${SET}`,
      ],
      diagnosis: /one peer has one name, and the old one is gone/,
    },
    {
      name: "reserves a name for its first owner forever",
      replace: [
        IS_TAKEN,
        `${IS_TAKEN} ((this.owners ??= { __proto__: null })[name] ??= key) !== key ||`,
      ],
      diagnosis: /a second HELLO frees the old one/,
    },
    {
      name: "looks for a name before it removes silent peers",
      replace: [
        EXPIRE,
        `${DECODE}\n    if (!text.startsWith("HELLO")) this.#expire();`,
      ],
      diagnosis: /her name went with her/,
    },
    {
      name: "answers BYE",
      replace: [
        IF_BYE,
        `if (text === "BYE\\n" && ${FORGET}) return [messageTo(from, "BYE")];
        ${IF_BYE}`,
      ],
      diagnosis: /Don't answer BYE/,
    },
    {
      name: "removes nobody at BYE",
      replace: [FORGET, "{}"],
      diagnosis: /BYE removes its sender from the list/,
    },
    {
      name: "drops a byte order mark",
      replace: [", ignoreBOM: true", ""],
      diagnosis: /ignoreBOM: true/,
    },
    {
      name: "finds SAY anywhere",
      replace: [SAY, "/SAY ([^\\n]+)\\n?$/"],
      diagnosis: /start at the first character/,
    },
    {
      name: "doesn't count a HELLO with a new name",
      replace: [
        "heardAt: this.#now()",
        "heardAt: this.#peers.get(key)?.heardAt ?? this.#now()",
      ],
      diagnosis: /a second HELLO does, whatever the name/,
    },
    {
      name: "has a limit of its own",
      replace: ["this.#expireMs = expireMs;", "this.#expireMs = 1000;"],
      diagnosis: /Here, it's 60/,
    },
    {
      name: "accepts bytes that aren't UTF-8",
      replace: ["fatal: true, ", ""],
      diagnosis: /\{ fatal: true \}/,
    },
    {
      name: "throws at bytes that aren't UTF-8",
      replace: ['return "";', "throw new TypeError();"],
      diagnosis: /an error here would end the server for all/,
    },
    {
      name: "answers messages that it doesn't know",
      replace: [
        IF_BYE,
        `if (!text.startsWith("BYE")) return [messageTo(from, "ERROR")];
        ${IF_BYE}`,
      ],
      diagnosis: /A message may be empty/,
    },
    {
      name: "splits at spaces",
      replace: [SAY, "/^SAY (\\S+)/"],
      diagnosis: /split at every space/,
    },
    {
      name: "trims the message",
      replace: [DECODE, "const text = decode(message).trim();"],
      diagnosis: /trim\(\) removes more than one/,
    },
    {
      name: "ignores a text of spaces",
      replace: [SAY, "/^SAY ([^\\n]*[^\\n ][^\\n]*)\\n?$/"],
      diagnosis: /three of them are a text/,
    },
    {
      name: "takes `.` for everything but \\n",
      replace: [SAY, "/^SAY (.+)\\n?$/"],
      diagnosis: /use \[\^\\n\]/,
    },
    {
      name: "accepts spaces after a name",
      replace: [`(${HELLO_NAME})\\n?`, `(${HELLO_NAME})\\s*`],
      diagnosis: /after a name or BYE there's nothing but/,
    },
    {
      name: "accepts any number of \\n at the end",
      replace: [SAY, "/^SAY ([^\\n]+)\\n*$/"],
      diagnosis: /A second one does/,
    },
    {
      name: "accepts an underscore in a name",
      replace: [HELLO_NAME, "\\w{1,20}"],
      diagnosis: /\\w matches _, too/,
    },
    {
      name: "treats Ann and ann as one name",
      replace: [
        "peer.name === name",
        "peer.name.toLowerCase() === name.toLowerCase()",
      ],
      diagnosis: /Ann and ann are different/,
    },
    {
      name: "removes peers at once, as with two different clocks",
      replace: [EXPIRED, ">= 0"],
      diagnosis: /Take both times from now\(\)/,
    },
    {
      name: "accepts a text of two lines",
      replace: [SAY, "/^SAY ([^]+?)\\n?$/"],
      diagnosis: /looks as if another peer had said it/,
    },
    {
      name: "accepts names of any length",
      replace: [HELLO_NAME, "[A-Za-z0-9]+"],
      diagnosis: /at most 20 characters/,
    },
    {
      name: "accepts lowercase commands",
      replace: [`(${HELLO_NAME})\\n?$/`, `(${HELLO_NAME})\\n?$/i`],
      diagnosis: /uppercase only/,
    },
    {
      name: "sends no \\n",
      replace: ["`${text}\\n`", "text"],
      diagnosis: /Each outgoing message ends with one \\n/,
    },
    {
      name: "keeps the \\n that nc sends",
      attempt: class extends solution.RollCall {
        override handle(message: Uint8Array, from: Deno.NetAddr) {
          const end = message.at(-1) === 0x0a ? [0x0a] : [];
          return super.handle(message, from).map(({ to, message }) => ({
            to,
            message: Uint8Array.of(...message, ...end),
          }));
        }
      },
      diagnosis: /at the end of an incoming message doesn't count/,
    },
    {
      name: "counts what a peer receives",
      replace: [
        ".map(([, { address }]) => ",
        ".map(([other, { address }]) => this.#hear(other) && ",
      ],
      diagnosis: /Receiving doesn't count/,
    },
    {
      name: "counts messages that it doesn't know",
      replace: [DECODE, `this.#hear(keyOf(from));\n    ${DECODE}`],
      diagnosis: /changes nothing: it doesn't count/,
    },
    {
      name: "lets a late message bring its sender back",
      replace: [EXPIRE, `this.#hear(keyOf(from));\n    ${EXPIRE}`],
      diagnosis: /only HELLO may bring her back/,
    },
    {
      name: "doesn't count a HELLO that it answers with TAKEN",
      replace: ["      this.#hear(key);\n", ""],
      diagnosis: /one that you answer with TAKEN/,
    },
    {
      name: "removes silent peers only in present()",
      replace: [EXPIRE, DECODE],
      diagnosis: /when a message arrives, too/,
    },
    {
      name: "looks up names in a plain object",
      replace: [IS_TAKEN, `${IS_TAKEN} name in {} ||`],
      diagnosis: /A plain object has some names from the start/,
    },
    {
      name: "has one list for all roll calls",
      replace: ["= new Map<string, Peer>()", "= (RollCall.all ??= new Map())"],
      diagnosis: /Each RollCall has a list of its own/,
    },
    {
      name: "doesn't sort",
      replace: [".sort()", ""],
      diagnosis: /sort the names/,
    },
    {
      name: "has a default clock that stands still",
      replace: ["() => performance.now()", "() => 0"],
      diagnosis: /a clock that runs by itself/,
    },
  ],
};
