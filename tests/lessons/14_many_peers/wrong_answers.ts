/** Wrong answers of lesson 14, and the diagnosis each must get. */
import * as solution from "../../../lessons/14_many_peers/solution.ts";
import { replacing, type WrongAnswers } from "../gates.ts";

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
    ...replacing(KEY, {
      "identifies peers by host only": [
        "hostname",
        /three programs on one host/,
      ],
      "identifies peers by port only": [
        "`${port}`",
        /same port on different hosts/,
      ],
      "concatenates host and port": [
        "`${hostname}${port}`",
        /127\.0\.0\.112345/,
      ],
      "never finds a peer again, as with an address object for a key": [
        "crypto.randomUUID()",
        /Each message brings a new address object/,
      ],
    }),
    ...replacing(EXPIRED, {
      "never removes a silent peer": [
        "> Infinity",
        /Nothing tells you that a peer has left/,
      ],
      "waits for 1000 times expireMs": [
        ">= 1000 * this.#expireMs",
        /longer than expireMs.*don't convert either/,
      ],
      "waits longer than expireMs": ["> this.#expireMs", /compare with >=/],
      "takes expireMs for seconds": [
        ">= this.#expireMs / 1000",
        /half of expireMs.*don't convert either/,
      ],
      "removes peers at once, as with two different clocks": [
        ">= 0",
        /Take both times from now\(\)/,
      ],
    }),
    {
      name: "uses its own clock",
      replace: ["this.#now = now", "this.#now = () => performance.now()"],
      diagnosis: /any other clock shows a different time/,
    },
    {
      name: "has no clock if it gets none",
      replace: [
        "now = () => performance.now() }",
        "now = undefined as never }",
      ],
      diagnosis: /^handle\(\) threw TypeError: .*now is optional/s,
    },
    {
      name: "throws where a stranger sends something",
      replace: [
        SPEAKER,
        `${SPEAKER} if (!speaker) throw new Error("unknown");`,
      ],
      diagnosis: /^handle\("SAY let me in"\) from eve.* threw Error: unknown/,
    },
    {
      name: "sends OK to every peer",
      replace: [
        "return [messageTo(from, `OK ${name}`)];",
        "return [...this.#peers.values()]" +
        ".map(({ address }) => messageTo(address, `OK ${name}`));",
      ],
      diagnosis: /OK ann is only for the sender of HELLO/,
    },
    {
      name: "answers strangers",
      replace: ["d) return [", 'd) return [messageTo(from, "Who are you?")'],
      diagnosis: /Don't answer strangers/,
    },
    {
      name: "passes on what strangers say",
      replace: [SPEAKER, 'const speaker = this.#hear(key) ?? { name: "?" };'],
      diagnosis: /A stranger has no name, so don't pass on/,
    },
    {
      name: "echoes to the sender",
      replace: [".filter(([other]) => other !== key)", ""],
      diagnosis: /You echo the text to its sender/,
    },
    {
      name: "lets a peer take over a taken name",
      replace: ["if (isTaken)", "if (false)"],
      diagnosis: /Another peer has that name and keeps it/,
    },
    {
      name: "tells a peer that its own name is taken",
      replace: ["peer.name === name && other !== key", "peer.name === name"],
      diagnosis: /ann already has that name/,
    },
    ...replacing(SET, {
      "removes a peer by a timer": [
        `setTimeout(() => this.#peers.delete(key), this.#expireMs);
        ${SET}`,
        /A timer doesn't follow now\(\)/,
      ],
      "keeps the old name next to the new one": [
        `const old = this.#peers.get(key);
        if (old && old.name !== name) this.#peers.set("old " + key, old);
        ${SET}`,
        /one peer has one name, and the old one is gone/,
      ],
    }),
    ...replacing(IS_TAKEN, {
      "reserves a name for its first owner forever": [
        `${IS_TAKEN} ((this.owners ??= { __proto__: null })[name] ??= key) !== key ||`,
        /a second HELLO frees the old one/,
      ],
      "looks up names in a plain object": [
        `${IS_TAKEN} name in {} ||`,
        /A plain object has some properties from the start/,
      ],
    }),
    ...replacing(EXPIRE, {
      "looks for a name before it removes silent peers": [
        `${DECODE}\n    if (!text.startsWith("HELLO")) this.#expire();`,
        /so her name is free/,
      ],
      "lets a late message bring its sender back": [
        `this.#hear(keyOf(from));\n    ${EXPIRE}`,
        /only HELLO can bring her back/,
      ],
      "removes silent peers only in present()": [
        DECODE,
        /when a message arrives, too/,
      ],
    }),
    ...replacing(IF_BYE, {
      "answers BYE": [
        `if (text === "BYE\\n" && ${FORGET}) return [messageTo(from, "BYE")];
        ${IF_BYE}`,
        /Don't answer BYE/,
      ],
      "answers messages that it doesn't know": [
        `if (!text.startsWith("BYE")) return [messageTo(from, "ERROR")];
        ${IF_BYE}`,
        /A message may be empty/,
      ],
    }),
    {
      name: "doesn't remove a peer that says BYE",
      replace: [FORGET, "{}"],
      diagnosis: /BYE removes its sender from the list/,
    },
    ...replacing("${harmless(text)}", {
      "normalizes texts": [
        '${harmless(text).normalize("NFC")}',
        /normalize\(\) changes it/,
      ],
      "cuts long texts": ["${harmless(text).slice(0, 1000)}", /may be long/],
      "trims byte order marks": [
        '${harmless(text).replace("\\ufeff", "")}',
        /A byte order mark counts, too/,
      ],
    }),
    ...replacing(".filter(([other]) => other !== key)", {
      "sends to other hosts only": [
        ".filter(([, { address }]) => address.hostname !== from.hostname)",
        /bob and cid are on ann's host, but on different ports/,
      ],
    }),
    {
      name: "makes a peer present that gets TAKEN",
      replace: [
        "      this.#hear(key);\n      return [messageTo(from, `TAKEN",
        '      this.#peers.set(key, { ...this.#peers.get(key) ?? { name: "" }, ' +
        "address: from, heardAt: this.#now() });\n" +
        "      return [messageTo(from, `TAKEN",
      ],
      diagnosis: /the stranger is still a stranger/,
    },
    ...replacing("return { to, message:", {
      "sends to no address": [
        "return { to: keyOf(to), message:",
        /`to` is a UDP address/,
      ],
      "sends texts": [
        "return { to, message: text, bytes:",
        /a socket sends bytes/,
      ],
    }),
    {
      name: "drops a byte order mark",
      replace: [", ignoreBOM: true", ""],
      diagnosis: /ignoreBOM: true/,
    },
    ...replacing(SAY, {
      "drops a text with a control character in it": [
        "/^SAY (\\P{Cc}+)\\n?$/u",
        /a text like any other, and ann gets it/,
      ],
      "takes the \\n for a text": [
        "/^SAY ([^\\n]+|(?=\\n))\\n?$/",
        /The \\n at the end of the message isn't one/,
      ],
      "finds SAY anywhere": [
        "/SAY ([^\\n]+)\\n?$/",
        /start at the first character/,
      ],
      "splits at spaces": ["/^SAY (\\S+)/", /split at every space/],
      "ignores a text of spaces": [
        "/^SAY ([^\\n]*[^\\n ][^\\n]*)\\n?$/",
        /Spaces are characters, so this is a text/,
      ],
      "takes `.` for everything but \\n": ["/^SAY (.+)\\n?$/", /use \[\^\\n\]/],
      "accepts any number of \\n at the end": [
        "/^SAY ([^\\n]+)\\n*$/",
        /A second one does/,
      ],
      "accepts a text of two lines": [
        "/^SAY ([^]+?)\\n?$/",
        /looks as if another peer had said it/,
      ],
    }),
    ...replacing("heardAt: this.#now()", {
      "doesn't count a HELLO with a new name": [
        "heardAt: this.#peers.get(key)?.heardAt ?? this.#now()",
        /a second HELLO with any name/,
      ],
    }),
    ...replacing("this.#expireMs = expireMs;", {
      "ignores expireMs": ["this.#expireMs = 1000;", /Here, it's 60/],
    }),
    {
      name: "accepts bytes that aren't UTF-8",
      replace: ["fatal: true, ", ""],
      diagnosis: /\{ fatal: true \}/,
    },
    {
      name: "throws at bytes that aren't UTF-8",
      replace: ['return "";', "throw new TypeError();"],
      diagnosis: /an error here would end the server for everyone/,
    },
    ...replacing(DECODE, {
      "takes the \\n of nc for a part of the message": [
        `${DECODE}\n    if (text.endsWith("\\n")) return [];`,
        /Without the \\n, your answer was right/,
      ],
      "needs a \\n at the end": [
        `${DECODE}\n    if (!text.endsWith("\\n")) return [];`,
        /You answer HELLO only with a \\n at the end/,
      ],
      "cuts off the last character, whatever it is": [
        "const text = decode(message).slice(0, -1);",
        /You cut off the last character/,
      ],
      "trims the message": [
        "const text = decode(message).trim();",
        /trim\(\) removes more than one/,
      ],
      "counts messages that it doesn't know": [
        `this.#hear(keyOf(from));\n    ${DECODE}`,
        /changes nothing, so it doesn't count/,
      ],
    }),
    {
      name: "accepts spaces after a name",
      replace: [`(${HELLO_NAME})\\n?`, `(${HELLO_NAME})\\s*`],
      diagnosis: /only one \\n may follow a name or BYE/,
    },
    ...replacing(HELLO_NAME, {
      "accepts an underscore in a name": ["\\w{1,20}", /\\w matches _, too/],
      "accepts names of any length": ["[A-Za-z0-9]+", /at most 20 characters/],
    }),
    {
      name: "treats Ann and ann as one name",
      replace: [
        "peer.name === name",
        "peer.name.toLowerCase() === name.toLowerCase()",
      ],
      diagnosis: /Ann and ann are different/,
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
      diagnosis: /That you sent something to him doesn't count/,
    },
    {
      name: "doesn't count a HELLO that it answers with TAKEN",
      replace: ["      this.#hear(key);\n", ""],
      diagnosis: /a HELLO that you answer with TAKEN/,
    },
    {
      name: "has one list for all roll calls",
      replace: ["= new Map<string, Peer>()", "= (RollCall.all ??= new Map())"],
      diagnosis: /Each RollCall has its own list/,
    },
    {
      name: "doesn't sort",
      replace: [".sort()", ""],
      diagnosis: /sort the names/,
    },
    {
      name: "has a default clock that stands still",
      replace: ["() => performance.now()", "() => 0"],
      diagnosis: /Its default is a real clock/,
    },
  ],
};
