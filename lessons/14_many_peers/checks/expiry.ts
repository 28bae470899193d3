/** How 14.1 is checked: who is silent is gone. */
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import { ANN, BOB, encode, EVE, Hall, READ } from "../hall.ts";
import type { CallingRoll, RollCallClass } from "../types.ts";

const EXPIRE_MS = 1000;

/** All by a clock that the check moves by hand. */
export function checkExpiry(RollCall: RollCallClass, trial: Trial): void {
  const open = () => new Hall(RollCall, trial, EXPIRE_MS);
  checkLimit(open(), trial);
  checkWhatCounts(open(), trial);
  checkReceiving(open(), trial);
  checkWithoutPresent(open(), trial);
  checkTooLate(open(), trial);
  checkFreeName(open(), trial);
  checkMalformedCounts(open(), trial);
}

/** Up to `expireMs`, and no longer. */
function checkLimit(hall: Hall, trial: Trial): void {
  trial.step(`ann says HELLO at 0 ms, and is present at ${EXPIRE_MS - 1} ms`);
  hall.join({ ann: ANN });
  hall.time = EXPIRE_MS - 1;
  hall.expectPresent(["ann"], {
    likely: "She has been silent for less than expireMs, which is in " +
      "milliseconds as now() is.",
    read: READ.silence,
  });
  trial.step(`she is gone at ${EXPIRE_MS} ms`);
  hall.time = EXPIRE_MS;
  const present = hall.present();
  if (present.length === 0) return;
  hall.time = EXPIRE_MS + 1;
  const isLate = hall.present().length === 0;
  trial.fail({
    problem: `She has been silent for ${EXPIRE_MS} ms, and is still present.`,
    expected: "[]",
    received: Deno.inspect(present),
    likely: isLate
      ? "A millisecond later she is gone: expireMs or longer is too long, so " +
        "compare with >=."
      : "Nobody tells you that a peer is gone, so each must be forgotten when " +
        "it has been silent for expireMs. Ask now() for the time, whenever a " +
        "message comes or present() is called: a clock of your own goes its " +
        "own way.",
    read: READ.silence,
  });
}

/** Each message of the table is a sign of life. */
function checkWhatCounts(hall: Hall, trial: Trial): void {
  trial.step("at 600 ms ann says HELLO ann again, bob says HELLO ann, eve SAY");
  hall.join({ ann: ANN, bob: BOB, eve: EVE });
  hall.time = 600;
  hall.handle(ANN, "HELLO ann");
  hall.handle(BOB, "HELLO ann");
  hall.handle(EVE, "SAY hi");
  trial.step("all three are present at 1599 ms, and gone at 1600 ms");
  hall.time = 1599;
  hall.expectPresent(["ann", "bob", "eve"], {
    likely: "Whoever sends is alive. A second HELLO counts, one that is " +
      "answered with TAKEN too, and SAY does.",
    read: READ.silence,
  });
  hall.time = 1600;
  hall.expectPresent([], {
    likely: "They have been silent for 1000 ms since. Only what a peer sends " +
      "counts.",
    read: READ.silence,
  });
}

/** Who only listens is not known to be there. */
function checkReceiving(hall: Hall, trial: Trial): void {
  trial.step("at 600 ms ann says something, and bob gets it");
  hall.join({ ann: ANN, bob: BOB });
  hall.time = 600;
  hall.expect(ANN, "SAY hi", [[BOB, "ann: hi\n"]], {
    likely: "Both have said HELLO less than expireMs ago.",
  });
  trial.step("at 1000 ms bob is gone");
  hall.time = 1000;
  hall.expectPresent(["ann"], {
    likely:
      "bob has sent nothing for 1000 ms. That something was sent to him " +
      "says nothing about him: it goes to a closed socket just the same. " +
      "Receiving does not count.",
    read: READ.silence,
  });
}

/** The list is right when a message comes, too. */
function checkWithoutPresent(hall: Hall, trial: Trial): void {
  trial.step("ann says something at 900 ms and at 1000 ms, bob nothing");
  hall.join({ ann: ANN, bob: BOB });
  hall.time = 900;
  hall.handle(ANN, "SAY hi");
  hall.time = 1000;
  hall.expect(ANN, "SAY hi?", [], {
    likely: "bob was gone, though nobody had called present() in between. " +
      "Forget the silent whenever a message comes as well.",
    read: READ.silence,
  });
}

/** One's own message does not come in time for oneself. */
function checkTooLate(hall: Hall, trial: Trial): void {
  trial.step("bob says something at 900 ms; ann's next message is at 1000 ms");
  hall.join({ ann: ANN, bob: BOB });
  hall.time = 900;
  hall.handle(BOB, "SAY hi");
  hall.time = 1000;
  hall.expect(ANN, "SAY I am late", [], {
    likely: "She was gone when it came: it is a stranger's, and must not " +
      "revive her. Forget the silent first, and look for the sender then.",
    read: READ.silence,
  });
  hall.expectPresent(["bob"], {
    likely:
      "She was gone when her message came, and only HELLO brings her back.",
    read: READ.silence,
  });
}

/** With its owner the name goes. */
function checkFreeName(hall: Hall, trial: Trial): void {
  trial.step("at 1000 ms eve says HELLO ann: the name is free again");
  hall.join({ ann: ANN });
  hall.time = 1000;
  hall.expect(EVE, "HELLO ann", [[EVE, "OK ann\n"]], {
    likely:
      "Its owner is gone. A list of names beside that of the peers must " +
      "forget as well: a name goes with its peer.",
    read: READ.silence,
  });
  trial.step("the first ann says HELLO ann then");
  hall.expect(ANN, "HELLO ann", [[ANN, "TAKEN ann\n"]], {
    likely: "The name is eve's now.",
    read: READ.silence,
  });
}

/** What says nothing is no sign of life either. */
function checkMalformedCounts(hall: Hall, trial: Trial): void {
  trial.step('ann sends "ping" at 600 ms, and is gone at 1000 ms');
  hall.join({ ann: ANN });
  hall.time = 600;
  hall.handle(ANN, "ping");
  hall.time = 1000;
  hall.expectPresent([], {
    likely: "What is none of HELLO, SAY and BYE changes nothing: it does not " +
      "count as a sign of life.",
    read: READ.silence,
  });
}

/** Without `now` the time is the real one. */
export async function checkRealTime(
  RollCall: RollCallClass,
  trial: Trial,
): Promise<void> {
  const likely = "now is optional. Where it is not given, take one that goes " +
    "by itself: () => performance.now(), or Date.now.";
  const say = (roll: CallingRoll) => roll.handle(encode("HELLO ann"), ANN);
  trial.step("without now: ann says HELLO, and is present");
  const slow = trial.start(
    "RollCall",
    () => {
      const roll = new RollCall({ expireMs: 600_000 });
      say(roll);
      return roll.present();
    },
    (error) => ({ problem: `It threw ${error}.`, likely, read: READ.silence }),
  );
  const present = await trial.waitFor(slow, {
    waitingFor: "present()",
    likely,
    read: READ.silence,
  });
  trial.equal(present, ["ann"], { likely, read: READ.silence });

  trial.step("without now, with expireMs of 20: she is gone after a while");
  const quick = new RollCall({ expireMs: 20 });
  say(quick);
  let isOver = false;
  trial.use({ close: () => isOver = true });
  async function gone(): Promise<void> {
    while (quick.present().length > 0 && !isOver) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await trial.waitFor(gone(), {
    waitingFor: "present() to be empty",
    likely,
    read: READ.silence,
  });
}
