/** Checks answers to 14.1. */
import {
  type CallResult,
  checkClass,
  type ObjectCase,
  SAMPLE_TEXTS,
  toBytes,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import type { RollCallClass } from "../types.ts";
import { checkRealTime, EXPIRY } from "./roll_call_expiry.ts";
import { MALFORMED } from "./roll_call_malformed.ts";
import {
  explain,
  handle,
  PEERS,
  present,
  READ,
  see,
  seenAs,
  type SeenMessage,
  send,
  Session,
  story,
} from "./roll_call_stories.ts";

/** Checks an answer to 14.1, `RollCall`. */
export async function checkRollCall(
  RollCall: RollCallClass,
  trial: Trial,
): Promise<void> {
  await checkClass(
    trial,
    (expireMs?: number) => new Session(RollCall, expireMs),
    [
      sayHello(RollCall),
      ...PRESENCE,
      ...TEXTS,
      ...NAMES,
      ...LEAVING,
      ...MALFORMED,
      ...EXPIRY,
    ],
    { name: "RollCall", see, explain, ifTimer: TIMER },
  );
  await checkRealTime(RollCall, trial);
}

const TIMER = "A timer doesn't follow now(), and keeps the program from " +
  "ending. You don't need one: remember when each peer last sent something, " +
  "and compare that with now() at the start of handle() and present().";
const PEER_KEY = "Identify a peer by its host and its port together.";

function sayHello(RollCall: RollCallClass): ObjectCase {
  function sentFor(message: string): unknown {
    const sent = new Session(RollCall).handle(toBytes(message), PEERS.cid);
    return Object(see(sent))[0]?.text;
  }
  function explainNothing({ value, error }: CallResult): string {
    const [first] = Object(see(value) ?? []) as SeenMessage[];
    if (first?.text === "OK ci\n") {
      return "You cut off the last character, but here it isn't a \\n. Remove " +
        "it only if it's a \\n.";
    }
    const needsEnd = error === undefined && first === undefined &&
      sentFor("HELLO cid\n") === "OK cid\n";
    return needsEnd
      ? "You answer HELLO only with a \\n at the end. nc sends one, but other " +
        "clients don't: the message means the same without it."
      : "Answer HELLO with OK and the name, and send that to its sender only.";
  }
  return story("cid says HELLO, and gets OK", "", "", {
    ...handle("cid", "HELLO cid", { cid: "OK cid" }),
    likely: explainNothing,
  });
}

const PRESENCE: ObjectCase[] = [
  {
    ...story(
      "cid says HELLO with nc, which adds a \\n",
      "",
      "Without the \\n, your answer was right. One \\n at the end of an " +
        "incoming message doesn't count: remove it before you look at the " +
        "message. A `$` in a regular expression doesn't match before it.",
      handle("cid", "HELLO cid\n", { cid: "OK cid" }),
    ),
    read: READ.bytes,
  },
  story(
    "a new RollCall is empty",
    "",
    "Each RollCall has its own list: keep the list in a field of the object, " +
      "not in a variable outside the class or a static field.",
    present(""),
  ),
  {
    ...story(
      "cid is present",
      "cid",
      "cid has just said HELLO, and now() still returns 0, so cid hasn't been " +
        "silent for too long. Take both times from now(): when the message " +
        "arrives, and when you compare.",
      present("cid"),
    ),
    read: READ.silence,
  },
  story(
    "cid, ann, and bob say HELLO, from one host and three ports",
    "cid ann bob",
    `These are three programs on one host, each with its own port. ${PEER_KEY}`,
    present("ann bob cid"),
  ),
  story(
    "eve says HELLO from another host, with ann's port",
    "ann eve",
    `ann and eve have the same port on different hosts. ${PEER_KEY}`,
    present("ann eve"),
  ),
  story(
    "fay is at 127.0.0.1:12345, gus at 127.0.0.11:2345",
    "fay gus",
    "Without a separator, both addresses become the same text: 127.0.0.112345. " +
      "Put a separator between host and port that's in neither, such as a space.",
    present("fay gus"),
  ),
  story(
    'ann says "hello", bob says "hi", and the others get it',
    "ann bob cid eve",
    "SAY goes to every other present peer as `name: text`, and its sender gets " +
      "no answer.",
    {
      ...handle("ann", "SAY hello", {
        bob: "ann: hello",
        cid: "ann: hello",
        eve: "ann: hello",
      }),
      likely: explainSay,
    },
    handle("bob", "SAY hi", { ann: "bob: hi", cid: "bob: hi", eve: "bob: hi" }),
  ),
  {
    ...story(
      "a stranger sends SAY and BYE",
      "ann bob",
      "Only HELLO makes a peer present, and only its own BYE ends that.",
      { ...handle("eve", "SAY let me in", {}), likely: explainStranger },
      { ...handle("eve", "BYE", {}), likely: explainStranger },
      present("ann bob"),
    ),
    read: READ.strangers,
  },
];

/** Explains why some peers don't get what ann says. */
function explainSay({ value }: CallResult): string | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length === 0) {
    return "ann has said HELLO, but you sent nothing. Each message brings a new " +
      "address object, so a Map with the object as its key won't find it again, " +
      `and === won't either. ${PEER_KEY}`;
  }
  const hosts = value.map(({ to }) => to?.hostname);
  return hosts.includes(PEERS.ann.hostname)
    ? undefined
    : "bob and cid are on " +
      `ann's host, but on different ports, so they're other peers. ${PEER_KEY}`;
}

/** Explains why a stranger's message must not make the server send anything. */
function explainStranger({ value }: CallResult): string {
  const isAnswer = Array.isArray(value) &&
    value.some(({ to }) => to?.hostname === PEERS.eve.hostname);
  return isAnswer
    ? "Don't answer strangers: the sender's address may be forged, and then " +
      "your answer goes to a machine that never asked."
    : "First check whether the sender is present. A stranger has no name, so " +
      "don't pass on what it says.";
}

const AS_IT_IS = "A text is everything after the first space, unchanged.";

const CONTROLS = "clear \x1b[2J\x07\r\x7f\x9b2J";

/** Control characters may be passed on, escaped, or left out. */
function isHarmless({ to, text }: SeenMessage): boolean {
  return to === seenAs(PEERS.ann, "").to &&
    /^bob: clear .*\[2J.*2J\n$/s.test(text);
}

/** Texts that are easily damaged, and how. */
const TEXTS: ObjectCase[] = [
  says(
    "grüß dich:  two  spaces, 世界",
    `${AS_IT_IS} If you split at every space, you get only one word, or lose ` +
      "spaces.",
  ),
  says("  hi  ", `${AS_IT_IS} trim() removes more than one \\n at the end.`),
  says("   ", `Spaces are characters, so this is a text, too. ${AS_IT_IS}`),
  says(
    "hi\u2028ho\u2029he",
    "A text may contain any character except \\n. In a regular expression, `.` " +
      "doesn't match \\r, U+2028, or U+2029 either: use [^\\n].",
  ),
  says("cafe\u0301", `${AS_IT_IS} normalize() changes it.`),
  says("x".repeat(20_000), `${AS_IT_IS} It may be long.`),
  ...Object.values(SAMPLE_TEXTS)
    .filter((text) => !/\p{Cc}/u.test(text))
    .map((text) => says(text, `${AS_IT_IS} A byte order mark counts, too.`)),
  story(
    "bob says something with control characters in it",
    "ann bob",
    "This is a text like any other, and ann gets it. You may remove or escape " +
      "its control characters, but nothing else.",
    {
      ...handle("bob", `SAY ${CONTROLS}`, { ann: `bob: ${CONTROLS}` }),
      accepts: (seen) => seen.length === 1 && isHarmless(seen[0]),
    },
    present("ann bob"),
  ),
];

function says(text: string, likely: string): ObjectCase {
  const outgoing = { ann: `bob: ${text}`, eve: `bob: ${text}` };
  return story(
    "bob says something unusual",
    "ann bob eve",
    likely,
    handle("bob", `SAY ${text}`, outgoing),
    handle("bob", `SAY ${text}\n`, outgoing),
  );
}

const LONGEST_NAME = "abcdefghijABCDEFGH09";

const NAMES: ObjectCase[] = [
  story(
    "a stranger says HELLO with ann's name",
    "ann bob",
    "Another peer has that name and keeps it. The sender gets TAKEN.",
    handle("eve", "HELLO ann", { eve: "TAKEN ann" }),
    {
      ...handle("ann", "SAY I am ann", { bob: "ann: I am ann" }),
      likely:
        "TAKEN changes nothing: ann keeps her name, and the stranger is " +
        "still a stranger, so it gets no messages.",
    },
  ),
  story(
    "after TAKEN, the stranger is still a stranger",
    "ann bob",
    "TAKEN changes nothing: the stranger is still a stranger.",
    send("eve", "HELLO ann"),
    present("ann bob"),
    handle("eve", "SAY I am ann", {}),
  ),
  story(
    "bob says HELLO with ann's name, and stays bob",
    "ann bob",
    "Another peer has that name, so the sender gets TAKEN. TAKEN changes " +
      "nothing: bob keeps his name.",
    handle("bob", "HELLO ann", { bob: "TAKEN ann" }),
    present("ann bob"),
    handle("bob", "SAY I am bob", { ann: "bob: I am bob" }),
  ),
  story(
    "a stranger says HELLO Ann, with a capital letter",
    "ann",
    "No peer has that name: Ann and ann are different. Compare names exactly.",
    handle("eve", "HELLO Ann", { eve: "OK Ann" }),
    handle("ann", "SAY Ann?", { eve: "ann: Ann?" }),
  ),
  story(
    "ann says HELLO ann again",
    "ann bob",
    "ann already has that name, and TAKEN is for a name that another peer has. " +
      "The first OK may have been lost, so she gets OK again. She's one peer " +
      "with one name, however often she says HELLO.",
    handle("ann", "HELLO ann", { ann: "OK ann" }),
    present("ann bob"),
  ),
  story(
    "ann says HELLO dot",
    "ann bob",
    "A second HELLO replaces the sender's name: one peer has one name, and the " +
      "old one is gone.",
    handle("ann", "HELLO dot", { ann: "OK dot" }),
    present("bob dot"),
    handle("ann", "SAY I am dot", { bob: "dot: I am dot" }),
  ),
  story(
    "ann says HELLO dot, and bob takes the name ann, which is free now",
    "ann bob",
    "No peer has that name anymore: a second HELLO frees the old one.",
    send("ann", "HELLO dot"),
    handle("bob", "HELLO ann", { bob: "OK ann" }),
    present("ann dot"),
  ),
  ...[LONGEST_NAME, "7", "constructor"].map((name) =>
    story(
      `names that are unusual but valid: ${LONGEST_NAME}, 7, constructor`,
      "",
      name === "constructor"
        ? "A plain object has some properties from the start, and constructor " +
          "is one of them. Keep the peers in a Map: a new one is empty."
        : "A name has 1 to 20 letters and digits.",
      handle("ann", `HELLO ${name}`, { ann: `OK ${name}` }),
      present(name),
    )
  ),
];

const LEAVING: ObjectCase[] = [
  story(
    "bob says BYE, and nothing is sent",
    "ann bob",
    "Don't answer BYE: its sender may be gone already.",
    handle("bob", "BYE\n", {}),
  ),
  story(
    "bob says BYE, and is removed",
    "ann bob cid",
    "BYE removes its sender from the list, and no other peer.",
    send("bob", "BYE"),
    present("ann cid"),
  ),
  story(
    "after BYE, bob is a stranger",
    "ann bob cid",
    "Until its next HELLO, don't pass on what it says, and don't send it " +
      "anything.",
    send("bob", "BYE"),
    handle("ann", "SAY gone?", { cid: "ann: gone?" }),
    handle("bob", "SAY no", {}),
  ),
  story(
    "bob says BYE, and eve says HELLO bob",
    "ann bob",
    "When a peer leaves, its name is free for others.",
    send("bob", "BYE"),
    handle("eve", "HELLO bob", { eve: "OK bob" }),
    present("ann bob"),
  ),
];
