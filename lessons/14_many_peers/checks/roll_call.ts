import { CheckFailed, type Trial } from "../../../lib/workbook/kit/mod.ts";
import type { RollCallClass } from "../types.ts";
import {
  encode,
  PEERS,
  quote,
  READ,
  RollCallDriver,
} from "./roll_call_driver.ts";
import { checkExpiry } from "./roll_call_expiry.ts";

/** Checks an answer to 14.1, `RollCall`. */
export async function checkRollCall(
  RollCall: RollCallClass,
  trial: Trial,
): Promise<void> {
  const scenarios = [
    joining,
    saying,
    unusualTexts,
    strangers,
    takenNames,
    secondHello,
    bye,
    malformed,
  ];
  for (const run of scenarios) run(new RollCallDriver(RollCall, trial));
  await checkExpiry(RollCall, trial);
}

function joining(driver: RollCallDriver): void {
  const { trial } = driver;
  trial.step("cid, ann, and bob say HELLO, from one host and three ports");
  driver.expectPresent([], { likely: "Nobody has said HELLO yet." });
  driver.expect("cid", "HELLO cid\n", { cid: "OK cid" }, {
    likely:
      "Answer HELLO with OK and the name, and send that to its sender only.",
  });
  driver.expectPresent(["cid"], {
    likely: "cid has just said HELLO, and now() has been 0 all the time, so " +
      "nobody has been silent for too long. Take both times from now(): when the " +
      "message arrives, and when you compare.",
    read: READ.silence,
  });
  driver.join("ann", "bob");
  driver.expectPresent(["ann", "bob", "cid"], {
    likely: "These are three programs on one host, each with its own port. " +
      "Identify a peer by its host and its port together.",
    read: READ.peers,
  });
  trial.step("eve says HELLO from another host, with ann's port");
  driver.join("eve");
  driver.expectPresent(["ann", "bob", "cid", "eve"], {
    likely:
      "ann and eve have the same port on different hosts. Identify a peer " +
      "by its host and its port together.",
    read: READ.peers,
  });
  trial.step("fay is at 127.0.0.1:12345, gus at 127.0.0.11:2345");
  driver.join("fay", "gus");
  driver.expectPresent(["ann", "bob", "cid", "eve", "fay", "gus"], {
    likely: "Without a separator, both addresses are the same text: " +
      "127.0.0.112345. Put something between host and port that's in neither, " +
      "such as a space.",
    read: READ.peers,
  });
}

function saying(driver: RollCallDriver): void {
  const { trial } = driver;
  trial.step("nobody is present in a new RollCall");
  driver.expectPresent([], {
    likely:
      "These peers said HELLO to another RollCall. Each has a list of its " +
      "own, so keep the list in a field of the object.",
  });
  trial.step('four peers join it, ann says "hello", and the others get it');
  driver.join("ann", "bob", "cid", "eve");
  const toOthers = { bob: "ann: hello", cid: "ann: hello", eve: "ann: hello" };
  driver.expect("ann", "SAY hello", toOthers, {
    likely:
      "SAY goes to every other present peer as `name: text`, and its sender " +
      "gets no answer. If you sent nothing at all: each message brings a new " +
      "address object, so a Map that uses the object as its key doesn't find it " +
      "again.",
  });
}

const TEXT_AS_IT_IS =
  "A text is everything after the first space, unchanged. " +
  "trim() removes more than the one \\n that doesn't count.";

/** Texts that are easily damaged, and how. */
const TEXTS: [text: string, likely: string][] = [
  [
    "grüß dich:  two  spaces, 世界",
    "A text is everything after the first space, unchanged. If you split at " +
    "every space, you get only a word of it, or lose spaces.",
  ],
  ["  hi  ", TEXT_AS_IT_IS],
  ["   ", `Spaces are characters: three of them are a text. ${TEXT_AS_IT_IS}`],
  [
    "hi\rho\u2028he",
    "A text may contain any character but \\n. In a regular expression, `.` " +
    "doesn't match \\r, U+2028, and U+2029 either: use [^\\n].",
  ],
  [
    "hi\r",
    "Only one \\n at the end doesn't count. The \\r belongs to the text.",
  ],
];

function unusualTexts(driver: RollCallDriver): void {
  driver.join("ann", "bob", "eve");
  for (const [text, likely] of TEXTS) {
    driver.trial.step(`bob says ${JSON.stringify(text)}`);
    const outgoing = { ann: `bob: ${text}`, eve: `bob: ${text}` };
    for (const end of ["", "\n"]) {
      driver.expect("bob", `SAY ${text}${end}`, outgoing, { likely });
    }
  }
}

function strangers(driver: RollCallDriver): void {
  const { trial } = driver;
  driver.join("ann", "bob");
  for (const message of ["SAY let me in", "BYE"]) {
    trial.step(`a stranger sends ${quote(message)}`);
    const outgoing = driver.send("eve", message);
    if (outgoing.length > 0) {
      const isAnswer = outgoing.some(({ to }) =>
        to.hostname === PEERS.eve.hostname
      );
      trial.fail({
        problem: isAnswer
          ? `You answer ${quote(message)} from a stranger.`
          : `You pass on ${quote(message)} from a stranger.`,
        expected: "nothing is sent",
        received: outgoing.map(({ message }) => quote(message)).join("\n"),
        likely: isAnswer
          ? "Don't answer strangers: anyone can put someone else's address on a " +
            "message, and your answer would go to a peer that never asked."
          : "First check whether the sender is present. A stranger has no name " +
            "to speak under, so nobody gets what it says.",
        read: READ.strangers,
      });
    }
    driver.expectPresent(["ann", "bob"], {
      likely:
        "Only HELLO makes a peer present, and only its own BYE ends that.",
      read: READ.strangers,
    });
  }
}

function takenNames(driver: RollCallDriver): void {
  const { trial } = driver;
  const likely = "After TAKEN, nothing has changed: the stranger is still a " +
    "stranger.";
  driver.join("ann", "bob");
  trial.step("a stranger says HELLO with ann's name");
  driver.expect("eve", "HELLO ann", { eve: "TAKEN ann" }, {
    likely:
      "Another peer has that name: its owner keeps it, and the sender gets " +
      "TAKEN.",
  });
  driver.expectPresent(["ann", "bob"], { likely });
  driver.expect("eve", "SAY I am ann", {}, { likely, read: READ.strangers });
  trial.step("ann is still ann");
  driver.expect("ann", "SAY I am", { bob: "ann: I am" }, {
    likely: "The name belongs to the peer that took it first.",
  });
  trial.step("bob says HELLO with ann's name, and stays bob");
  driver.expect("bob", "HELLO ann", { bob: "TAKEN ann" }, {
    likely: "Another peer has that name, so the sender gets TAKEN.",
  });
  driver.expectPresent(["ann", "bob"], {
    likely: "After TAKEN, nothing has changed: bob keeps his name.",
  });
  trial.step("the stranger says HELLO Ann, with a capital letter");
  driver.expect("eve", "HELLO Ann", { eve: "OK Ann" }, {
    likely: "No peer has that name: Ann and ann are different. Compare names " +
      "exactly.",
  });
}

function secondHello(driver: RollCallDriver): void {
  const { trial } = driver;
  driver.join("ann", "bob");
  trial.step("ann says HELLO ann again");
  driver.expect("ann", "HELLO ann", { ann: "OK ann" }, {
    likely:
      "She has that name herself, and TAKEN is for a name that another peer " +
      "has. The first answer may have been lost, so she gets OK again.",
  });
  driver.expectPresent(["ann", "bob"], {
    likely: "She's one peer with one name, however often she says HELLO.",
  });
  trial.step("ann says HELLO dot, and bob takes the name that's free now");
  driver.expect("ann", "HELLO dot", { ann: "OK dot" }, {
    likely: "A second HELLO gives its sender the new name.",
  });
  driver.expectPresent(["bob", "dot"], {
    likely:
      "A second HELLO replaces the name: one peer has one name, and the old " +
      "one is gone.",
  });
  driver.expect("bob", "HELLO ann", { bob: "OK ann" }, {
    likely: "No peer has that name anymore: a second HELLO frees the old one.",
  });
  driver.expect("ann", "SAY now I am dot", { bob: "dot: now I am dot" }, {
    likely: "She speaks under her new name, and each peer gets the text once.",
  });
}

function bye(driver: RollCallDriver): void {
  const { trial } = driver;
  driver.join("ann", "bob", "cid");
  trial.step("bob says BYE, and nothing is sent");
  driver.expect("bob", "BYE\n", {}, {
    likely: "Don't answer BYE: its sender may be gone already.",
  });
  driver.expectPresent(["ann", "cid"], {
    likely: "BYE removes its sender from the list, and no other peer.",
  });
  trial.step("bob is a stranger now");
  driver.expect("ann", "SAY is he gone?", { cid: "ann: is he gone?" }, {
    likely: "Send only to peers that are present.",
  });
  driver.expect("bob", "SAY no", {}, {
    likely: "After BYE, its sender is a stranger, until it says HELLO again.",
    read: READ.strangers,
  });
  trial.step("eve says HELLO bob: the name is free");
  driver.expect("eve", "HELLO bob", { eve: "OK bob" }, {
    likely: "When a peer leaves, its name is free for others.",
  });
}

const LONGEST_NAME = "abcdefghijABCDEFGH09";
const STRICT =
  "HELLO, SAY, and BYE start at the first character, and after a " +
  "name or BYE there's nothing but one \\n. trim() removes more.";
const ONE_END =
  "One \\n at the end doesn't count. A second one does, and there's " +
  "no \\n in a name, in a text, or in BYE.";

/** Messages that mean nothing, and what it means to act on one. */
const MALFORMED: [message: string | Uint8Array, likely: string][] = [
  ["", "A message may be empty. It means nothing, so send nothing."],
  ["\n", "This is what nc sends for an empty line. Send nothing."],
  ["ping", "It isn't HELLO, SAY, or BYE: send nothing."],
  ["hello dot", "HELLO, SAY, and BYE are uppercase only."],
  ["HELLO", "HELLO needs a name."],
  ["HELLO ", "HELLO needs a name of at least 1 character."],
  [" HELLO dot", STRICT],
  ["HELLO dot ", STRICT],
  ["HELLO dot\r\n", STRICT],
  ["HELLO dot\n\n", ONE_END],
  ["HELLO a_b", "A name has letters and digits. \\w matches _, too."],
  ["HELLO dot dot", "A name has letters and digits, and no space."],
  ["HELLO dödel", "A name has the letters A to Z and a to z, and digits."],
  [`HELLO ${LONGEST_NAME}x`, "A name has at most 20 characters."],
  ["SAY", "SAY needs a text."],
  ["SAY ", "SAY needs a text of at least 1 character."],
  ["SAYhello", "There's a space between SAY and its text."],
  ["BYE now", "There's nothing after BYE."],
  ["BYE ", STRICT],
  [" BYE", STRICT],
  ["BYE\n\n", ONE_END],
  [
    "SAY hi\nbob: I lied",
    "A \\n inside a text makes two lines of it, and the second one looks as if " +
    "another peer had said it. That isn't a text.",
  ],
  ["SAY hi\n\n", ONE_END],
  [
    new Uint8Array([...encode("SAY "), 0xff, 0xfe]),
    "These bytes aren't UTF-8, so this isn't a message. A TextDecoder replaces " +
    "them with U+FFFD, unless you construct it with { fatal: true }.",
  ],
];

function malformed(driver: RollCallDriver): void {
  const { trial } = driver;
  trial.step(
    `names that are unusual but right: ${LONGEST_NAME}, 7, constructor`,
  );
  for (const name of [LONGEST_NAME, "7", "constructor"]) {
    driver.expect("ann", `HELLO ${name}`, { ann: `OK ${name}` }, {
      likely: name === "constructor"
        ? "A plain object has some names from the start, and constructor is one " +
          "of them. Keep the peers in a Map, which is empty."
        : "A name has 1 to 20 letters and digits.",
      read: READ.bytes,
    });
  }
  driver.join("ann", "bob");
  for (const [from, who] of [["eve", "a stranger"], ["ann", "ann"]] as const) {
    trial.step(`${who} sends ${MALFORMED.length} malformed messages`);
    for (const [message, likely] of MALFORMED) {
      const advice = { likely, read: READ.bytes };
      try {
        driver.expect(from, message, {}, advice);
      } catch (error) {
        if (error instanceof CheckFailed) throw error;
        trial.fail({
          problem: `handle() threw ${error} for ${quote(message)}.`,
          expected: "[], and no error",
          likely: "Anyone can send anything, and an error here would end the " +
            "server for all. Ignore a message that isn't in the table.",
          read: READ.bytes,
        }, { cause: error });
      }
      driver.expectPresent(["ann", "bob"], {
        ...advice,
        likely: `${quote(message)} had just arrived. ${likely}`,
      });
    }
  }
}
