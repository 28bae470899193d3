/** How the check of 14.1 tests that silent peers are removed. */
import type { Trial } from "../../../lib/workbook/kit/mod.ts";
import type { RollCallClass, RollCallInstance } from "../types.ts";
import {
  encode,
  type Outgoing,
  type PeerName,
  PEERS,
  READ,
  RollCallDriver,
} from "./roll_call_driver.ts";

const read = READ.silence;

/** What peers send after joining at 0 ms, and who is present then. */
interface Case {
  step: string;
  join: PeerName[];
  /** What they send, and what must be sent because of it (if given). */
  events: [
    atMs: number,
    from: PeerName,
    message: string,
    outgoing?: Outgoing,
  ][];
  /** Who must be present, at one or more times. */
  present: [atMs: number, names: PeerName[]][];
  likely: string;
}

const CASES: Case[] = [
  {
    step: "ann sends nothing after HELLO: she's still present at 999 ms",
    join: ["ann"],
    events: [],
    present: [[999, ["ann"]]],
    likely: "She has been silent for less than expireMs, which is in " +
      "milliseconds, as now() is.",
  },
  {
    step:
      "at 600 ms ann says HELLO ann again, bob says HELLO ann, and eve SAY: " +
      "all three are present at 1599 ms, and gone at 1600 ms",
    join: ["ann", "bob", "eve"],
    events: [
      [600, "ann", "HELLO ann"],
      [600, "bob", "HELLO ann"],
      [600, "eve", "SAY hi"],
    ],
    present: [[1599, ["ann", "bob", "eve"]], [1600, []]],
    likely:
      "Only what a peer sends counts as a sign of life. SAY does, a second " +
      "HELLO does, and so does one that you answer with TAKEN.",
  },
  {
    step: "ann says something at 600 ms, and bob gets it: he's gone at 1000 ms",
    join: ["ann", "bob"],
    events: [[600, "ann", "SAY hi", { bob: "ann: hi" }]],
    present: [[1000, ["ann"]]],
    likely:
      "bob has sent nothing for 1000 ms. That you sent him something says " +
      "nothing about him: it goes to a closed socket just the same. Receiving " +
      "doesn't count.",
  },
  {
    step: "ann says something at 900 and 1000 ms, bob nothing: he's gone",
    join: ["ann", "bob"],
    events: [[900, "ann", "SAY hi"], [1000, "ann", "SAY hi?", {}]],
    present: [[1000, ["ann"]]],
    likely: "bob was gone, though present() wasn't called in between. Remove " +
      "silent peers when a message arrives, too.",
  },
  {
    step: "bob says something at 900 ms, ann not before 1000 ms: she's gone",
    join: ["ann", "bob"],
    events: [[900, "bob", "SAY hi"], [1000, "ann", "SAY I am late", {}]],
    present: [[1000, ["bob"]]],
    likely:
      "She was gone when her message arrived: it's from a stranger, and " +
      "only HELLO may bring her back. First remove silent peers, then look up " +
      "the sender.",
  },
  {
    step: "at 1000 ms eve says HELLO ann, then the first ann does: eve gets it",
    join: ["ann"],
    events: [
      [1000, "eve", "HELLO ann", { eve: "OK ann" }],
      [1000, "ann", "HELLO ann", { ann: "TAKEN ann" }],
    ],
    present: [[1000, ["ann"]]],
    likely:
      "The first ann is gone, and her name went with her. Remove silent " +
      "peers before you look for the name, also from any separate list of names.",
  },
  {
    step: 'ann sends "ping" at 600 ms: she\'s gone at 1000 ms',
    join: ["ann"],
    events: [[600, "ann", "ping"]],
    present: [[1000, []]],
    likely:
      "A message that isn't HELLO, SAY, or BYE changes nothing: it doesn't " +
      "count as a sign of life.",
  },
];

/** Checks that an answer to 14.1 removes silent peers. */
export async function checkExpiry(
  RollCall: RollCallClass,
  trial: Trial,
): Promise<void> {
  checkLimit(new RollCallDriver(RollCall, trial));
  for (const { step, join, events, present, likely } of CASES) {
    trial.step(step);
    const driver = new RollCallDriver(RollCall, trial);
    driver.join(...join);
    for (const [atMs, from, message, outgoing] of events) {
      driver.time = atMs;
      if (outgoing === undefined) driver.send(from, message);
      else driver.expect(from, message, outgoing, { likely, read });
    }
    for (const [atMs, names] of present) {
      driver.time = atMs;
      driver.expectPresent(names, { likely, read });
    }
  }
  await checkRealTime(RollCall, trial);
}

function checkLimit(driver: RollCallDriver): void {
  const { trial } = driver;
  trial.step("ann says HELLO at 0 ms, and is gone at 1000 ms");
  driver.join("ann");
  driver.time = 1000;
  const present = driver.present();
  if (present.length === 0) return;
  driver.time = 1001;
  const isLate = driver.present().length === 0;
  trial.fail({
    problem: "ann has been silent for 1000 ms, and is still present.",
    expected: "[]",
    received: Deno.inspect(present),
    likely: isLate
      ? "A millisecond later she's gone: a silence of exactly expireMs is too " +
        "long, so compare with >=."
      : "Nothing tells you that a peer is gone, so remove each one that has been " +
        "silent for expireMs. Ask now() for the time when a message arrives and " +
        "when present() is called: any other clock shows another time.",
    read,
  });
}

/** Without `now`, real time passes. */
async function checkRealTime(
  RollCall: RollCallClass,
  trial: Trial,
): Promise<void> {
  const likely =
    "now is optional. Its default is a clock that runs by itself: " +
    "() => performance.now(), or Date.now.";
  const join = (roll: RollCallInstance) =>
    roll.handle(encode("HELLO ann"), PEERS.ann);
  trial.step("without now: ann says HELLO, and is present");
  const slow = trial.start(
    "RollCall",
    () => {
      const roll = new RollCall({ expireMs: 600_000 });
      join(roll);
      return roll.present();
    },
    (error) => ({ problem: `It threw ${error}.`, likely, read }),
  );
  const present = await trial.waitFor(slow, {
    waitingFor: "present()",
    likely,
    read,
  });
  trial.equal(present, ["ann"], { likely, read });

  trial.step("without now, with expireMs of 20: she's gone after a while");
  const quick = new RollCall({ expireMs: 20 });
  join(quick);
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
    read,
  });
}
