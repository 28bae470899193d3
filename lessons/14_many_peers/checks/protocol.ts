/** How 14.1 is checked: what goes out for what comes. */
import { bindUdp, type DatagramSocket } from "../../../lib/net/mod.ts";
import { CheckFailed, type Trial } from "../../../lib/workbook/kit/mod.ts";
import {
  ANN,
  BOB,
  CID,
  encode,
  EVE,
  Hall,
  peerAt,
  quote,
  READ,
} from "../hall.ts";
import type { RollCallClass } from "../types.ts";

/** HELLO, and who is a peer of his own. */
export function checkJoining(RollCall: RollCallClass, trial: Trial): void {
  const hall = new Hall(RollCall, trial);
  trial.step("cid, ann and bob say HELLO, from one host and three ports");
  hall.expectPresent([], { likely: "Nobody has said HELLO yet." });
  hall.expect(CID, "HELLO cid\n", [[CID, "OK cid\n"]], {
    likely: "HELLO is answered with OK and the name, to its sender alone.",
  });
  hall.expectPresent(["cid"], {
    likely: "cid has just said HELLO. It is 0 ms by now() and was 0 ms then, " +
      "so nobody has been silent for too long. Take each time from now(), the " +
      "one of the message and the one that you compare it with.",
    read: READ.silence,
  });
  hall.join({ ann: ANN, bob: BOB });
  hall.expectPresent(["ann", "bob", "cid"], {
    likely: "They are three programs of one host, each with a port of its " +
      "own. A peer is its host and its port together, so that is what to know " +
      "it by.",
    read: READ.who,
  });
  trial.step("eve says HELLO from another host, with ann's port");
  hall.join({ eve: EVE });
  hall.expectPresent(["ann", "bob", "cid", "eve"], {
    likely:
      "ann and eve have the same port on different hosts. A peer is its " +
      "host and its port together.",
    read: READ.who,
  });
  trial.step("fay is at 127.0.0.1:12345, gus at 127.0.0.11:2345");
  hall.join({
    fay: peerAt("127.0.0.1", 12_345),
    gus: peerAt("127.0.0.11", 2345),
  });
  hall.expectPresent(["ann", "bob", "cid", "eve", "fay", "gus"], {
    likely:
      "Host and port written one behind the other are the same text for " +
      "both: 127.0.0.112345. Put something between them that stands in " +
      "neither, as a space.",
    read: READ.who,
  });
}

/** A text goes to all others, as it is. */
export function checkSaying(RollCall: RollCallClass, trial: Trial): void {
  const hall = new Hall(RollCall, trial);
  trial.step("nobody is present in a new RollCall");
  hall.expectPresent([], {
    likely:
      "These have said HELLO to another RollCall. Each has a list of its " +
      "own, so keep it in a field of the object.",
  });
  trial.step('ann, bob and eve join it, ann says "hello", the others get it');
  hall.join({ ann: ANN, bob: BOB, eve: EVE });
  hall.expect(ANN, "SAY hello", [
    [BOB, "ann: hello\n"],
    [EVE, "ann: hello\n"],
  ], {
    likely: "SAY goes to each other one who is present, as `name: text`, and " +
      "there is no answer to its sender. If nothing goes out at all: each " +
      "message brings a new address object, so one that is the key of a Map is " +
      "not found again.",
  });
  trial.step("bob says a text with spaces, a colon and other letters");
  const text = "grüß dich:  two  spaces, 世界";
  hall.expect(BOB, `SAY ${text}\n`, [
    [ANN, `bob: ${text}\n`],
    [EVE, `bob: ${text}\n`],
  ], {
    likely:
      "The text is all behind the first space, as it is. Whoever splits " +
      "at each space takes a word for the whole, or loses spaces.",
  });
  checkUnusualTexts(hall, trial);
}

/** Only a `\n` is not part of a text. */
function checkUnusualTexts(hall: Hall, trial: Trial): void {
  trial.step("bob says texts that have spaces at their ends, or \\r in them");
  const texts: [text: string, likely: string][] = [
    ["  hi  ", TEXT_AS_IT_IS],
    [
      "   ",
      "Spaces are characters: three of them are a text. " + TEXT_AS_IT_IS,
    ],
    [
      "hi\rho\u2028he",
      "Each character but \\n can be in a text. In a regular " +
      "expression `.` is not \\r, U+2028 and U+2029 either: write [^\\n].",
    ],
    [
      "hi\r",
      "Only one \\n at the end does not count. The \\r belongs to the text.",
    ],
  ];
  for (const [text, likely] of texts) {
    for (const end of ["", "\n"]) {
      hall.expect(BOB, `SAY ${text}${end}`, [
        [ANN, `bob: ${text}\n`],
        [EVE, `bob: ${text}\n`],
      ], { likely, read: READ.protocol });
    }
  }
}

const TEXT_AS_IT_IS =
  "A text is all behind the first space, as it is. trim() " +
  "takes more off than the one \\n that does not count.";

/** Who has not said HELLO is nobody. */
export function checkStrangers(RollCall: RollCallClass, trial: Trial): void {
  const hall = new Hall(RollCall, trial);
  hall.join({ ann: ANN, bob: BOB });
  for (const message of ["SAY let me in", "BYE"]) {
    trial.step(`a stranger sends ${quote(message)}`);
    const letters = hall.handle(EVE, message);
    if (letters.some(({ to }) => to.hostname === EVE.hostname)) {
      trial.fail({
        problem: `A stranger sent ${quote(message)}, and gets an answer.`,
        expected: "nothing goes out",
        received: letters.map(({ message }) => quote(message)).join("\n"),
        likely:
          "Answer no strangers. Anybody can write another one's address " +
          "on a message, and your answer would go to that one, who has asked " +
          "nothing.",
        read: READ.stranger,
      });
    }
    if (letters.length > 0) {
      trial.fail({
        problem: `A stranger sent ${quote(message)}, and those present get ` +
          "something.",
        expected: "nothing goes out",
        received: letters.map(({ message }) => quote(message)).join("\n"),
        likely: "Look first whether its sender is present. A stranger has no " +
          "name to speak under: what it says goes to nobody.",
        read: READ.stranger,
      });
    }
    hall.expectPresent(["ann", "bob"], {
      likely: "Only HELLO makes anybody present, and only its own BYE ends it.",
      read: READ.stranger,
    });
  }
}

/** Each name is one peer's. */
export function checkTaken(RollCall: RollCallClass, trial: Trial): void {
  const hall = new Hall(RollCall, trial);
  hall.join({ ann: ANN, bob: BOB });
  trial.step("a stranger says HELLO with ann's name");
  hall.expect(EVE, "HELLO ann", [[EVE, "TAKEN ann\n"]], {
    likely:
      "Another one has that name: its owner keeps it, and TAKEN goes to " +
      "the one who asked.",
  });
  hall.expectPresent(["ann", "bob"], {
    likely:
      "After TAKEN nothing has changed: the stranger is a stranger still.",
  });
  hall.expect(EVE, "SAY I am ann", [], {
    likely:
      "After TAKEN nothing has changed: the stranger is a stranger still.",
    read: READ.stranger,
  });
  trial.step("ann is ann as before");
  hall.expect(ANN, "SAY I am", [[BOB, "ann: I am\n"]], {
    likely: "The name belongs to the one who came first, from her address.",
  });
  trial.step("bob says HELLO with ann's name, and stays bob");
  hall.expect(BOB, "HELLO ann", [[BOB, "TAKEN ann\n"]], {
    likely: "Another one has that name, so TAKEN goes to the one who asked.",
  });
  hall.expectPresent(["ann", "bob"], {
    likely: "After TAKEN nothing has changed: bob keeps the name that he has.",
  });
  trial.step("the stranger says HELLO Ann, with a capital");
  hall.expect(EVE, "HELLO Ann", [[EVE, "OK Ann\n"]], {
    likely:
      "Nobody has that name: Ann and ann are two. Compare names as they " +
      "are.",
  });
}

/** A second HELLO of the same peer. */
export function checkSecondHello(RollCall: RollCallClass, trial: Trial): void {
  const hall = new Hall(RollCall, trial);
  hall.join({ ann: ANN, bob: BOB });
  trial.step("ann says HELLO ann again");
  hall.expect(ANN, "HELLO ann", [[ANN, "OK ann\n"]], {
    likely: "The name is taken by herself. TAKEN is for a name that another " +
      "one has; her answer may have been lost, so she gets OK again.",
  });
  hall.expectPresent(["ann", "bob"], {
    likely: "She is one peer with one name, however often she says HELLO.",
  });
  trial.step("ann says HELLO dot, and bob takes the name that is free now");
  hall.expect(ANN, "HELLO dot", [[ANN, "OK dot\n"]], {
    likely: "A second HELLO gives its peer the new name.",
  });
  hall.expectPresent(["bob", "dot"], {
    likely: "A second HELLO changes the name: the peer is one, and so is its " +
      "name. The old one goes.",
  });
  hall.expect(BOB, "HELLO ann", [[BOB, "OK ann\n"]], {
    likely: "Nobody has that name any more: a second HELLO frees the old one.",
  });
  hall.expect(ANN, "SAY now I am dot", [[BOB, "dot: now I am dot\n"]], {
    likely: "She speaks under her new name, and each gets it once.",
  });
}

/** BYE, and what is left. */
export function checkBye(RollCall: RollCallClass, trial: Trial): void {
  const hall = new Hall(RollCall, trial);
  hall.join({ ann: ANN, bob: BOB, cid: CID });
  trial.step("bob says BYE, and nothing goes out");
  hall.expect(BOB, "BYE\n", [], {
    likely: "BYE is not answered: whoever says it may be gone already.",
  });
  hall.expectPresent(["ann", "cid"], {
    likely: "BYE takes its sender off the list, and nobody else.",
  });
  trial.step("bob is a stranger now");
  hall.expect(ANN, "SAY is he gone?", [[CID, "ann: is he gone?\n"]], {
    likely: "Send to those who are present only.",
  });
  hall.expect(BOB, "SAY no", [], {
    likely: "After BYE its sender is a stranger, until it says HELLO again.",
    read: READ.stranger,
  });
  trial.step("eve says HELLO bob: the name is free");
  hall.expect(EVE, "HELLO bob", [[EVE, "OK bob\n"]], {
    likely: "With its owner the name goes, and another one can have it.",
  });
}

const STRICT =
  "HELLO, SAY and BYE begin with the first character, and nothing " +
  "stands behind a name or BYE but one \\n. trim() would take off more.";
const ONE_END = "One \\n at the end does not count. The second one does, and " +
  "neither a name nor a text nor BYE has a \\n.";

/** What is in no row of the table. */
export function checkMalformed(RollCall: RollCallClass, trial: Trial): void {
  const hall = new Hall(RollCall, trial);
  const long = "abcdefghijABCDEFGH09";
  trial.step(`names that are unusual, and right: ${long}, 7, constructor`);
  for (const name of [long, "7", "constructor"]) {
    hall.expect(ANN, `HELLO ${name}`, [[ANN, `OK ${name}\n`]], {
      likely: name === "constructor"
        ? "A plain object has some names from the beginning, constructor " +
          "among them. Keep peers in a Map, which is empty."
        : "A name has 1 to 20 letters and digits.",
      read: READ.bytes,
    });
  }
  hall.join({ ann: ANN, bob: BOB });
  const messages: [message: string | Uint8Array, likely: string][] = [
    ["", "A message may be empty. It says nothing, so nothing goes out."],
    ["\n", "This is what nc sends for an empty line. Nothing goes out."],
    ["ping", "It is none of HELLO, SAY and BYE: nothing goes out."],
    ["hello dot", "HELLO, SAY and BYE are written in capitals, and only so."],
    ["HELLO", "HELLO needs a name."],
    ["HELLO ", "HELLO needs a name of 1 character at least."],
    [" HELLO dot", STRICT],
    ["HELLO dot ", STRICT],
    ["HELLO dot\r\n", STRICT],
    ["HELLO dot\n\n", ONE_END],
    ["HELLO a_b", "A name has letters and digits. \\w is the underscore too."],
    ["HELLO dot dot", "A name has letters and digits, and no space."],
    ["HELLO dödel", "A name has the letters A to Z and a to z, and digits."],
    [`HELLO ${long}x`, "A name has 20 characters at most."],
    ["SAY", "SAY needs a text."],
    ["SAY ", "SAY needs a text of 1 character at least."],
    ["SAYhello", "SAY and its text have a space between them."],
    ["BYE now", "BYE stands alone."],
    ["BYE ", STRICT],
    [" BYE", STRICT],
    ["BYE\n\n", ONE_END],
    [
      "SAY hi\nbob: I lied",
      "A \\n in the middle of a text makes two lines of it, and the second " +
      "one looks as if another one had said it. Such a text is none.",
    ],
    ["SAY hi\n\n", ONE_END],
    [
      new Uint8Array([...encode("SAY "), 0xff, 0xfe]),
      "These bytes are no UTF-8, so this is no message. A TextDecoder puts " +
      "U+FFFD in their place, unless it is made with { fatal: true }.",
    ],
  ];
  for (const [from, who] of [[EVE, "a stranger"], [ANN, "ann"]] as const) {
    trial.step(`${who} sends ${messages.length} messages of no such form`);
    for (const [message, likely] of messages) {
      const advice = { likely, read: READ.bytes };
      try {
        hall.expect(from, message, [], advice);
      } catch (error) {
        if (error instanceof CheckFailed) throw error;
        trial.fail({
          problem: `handle() threw ${error} for ${quote(message)}.`,
          expected: "[], and no error",
          likely:
            "Whatever comes, from whomever: an error here would end the " +
            "server for all. What is no message leads to nothing.",
          read: READ.bytes,
        }, { cause: error });
      }
      hall.expectPresent(["ann", "bob"], {
        ...advice,
        likely: `That was after ${quote(message)} had come. ${likely}`,
      });
    }
  }
}

/** The same over real sockets. */
export async function checkSockets(
  RollCall: RollCallClass,
  trial: Trial,
): Promise<void> {
  trial.step("over real sockets: ann, bob and cid join, ann says something");
  const hall = new Hall(RollCall, trial);
  const server = trial.use(bindUdp());
  const [ann, bob, cid] = [1, 2, 3].map(() => trial.use(bindUdp()));
  async function send(peer: DatagramSocket, text: string): Promise<void> {
    await peer.send(encode(text), server.addr);
    const { bytes, from } = await server.receive();
    for (const { to, message } of hall.handle(from, bytes)) {
      await server.send(message, to);
    }
  }
  async function gets(peer: DatagramSocket, text: string): Promise<void> {
    const { bytes } = await trial.waitFor(peer.receive(), {
      waitingFor: `${quote(text)} to arrive`,
      likely: "It goes to the address from which the peer's own messages came.",
      read: READ.who,
    });
    trial.equalBytes(bytes, encode(text), {
      likely: "Each message goes out once, as it is.",
      read: READ.protocol,
    });
  }
  for (const [peer, name] of [[ann, "ann"], [bob, "bob"], [cid, "cid"]]) {
    await send(peer as DatagramSocket, `HELLO ${name}`);
    await gets(peer as DatagramSocket, `OK ${name}\n`);
  }
  await send(ann, "SAY hello");
  await gets(bob, "ann: hello\n");
  await gets(cid, "ann: hello\n");
  await send(bob, "SAY hello, ann");
  await gets(ann, "bob: hello, ann\n");
}
