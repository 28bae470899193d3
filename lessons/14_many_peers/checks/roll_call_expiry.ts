/** Checks that answers to 14.1 remove silent peers. */
import type { ObjectCase, Trial } from "../../../lib/workbook/kit/mod.ts";
import type { RollCallClass, RollCallInstance } from "../types.ts";
import {
  at,
  handle,
  PEERS,
  present,
  READ,
  send,
  story,
} from "./roll_call_stories.ts";

const read = READ.silence;

/** Stories in which time passes. */
export const EXPIRY: ObjectCase[] = [
  story(
    "ann sends nothing after HELLO: she's gone after 2000 s",
    "ann",
    "Nothing tells you that a peer has left, so remove each peer that has been " +
      "silent for expireMs. Call now() when a message arrives and when " +
      "present() is called: any other clock shows a different time.",
    at(2_000_000),
    present(""),
  ),
  story(
    "she's gone after 2000 ms, too: expireMs is 1000",
    "ann",
    "She has been silent for longer than expireMs. expireMs and now() are both " +
      "in milliseconds: don't convert either of them.",
    at(2000),
    present(""),
  ),
  story(
    "she's still present at 500 ms",
    "ann",
    "She has been silent for half of expireMs. expireMs and now() are both in " +
      "milliseconds: don't convert either of them.",
    at(500),
    present("ann"),
  ),
  story(
    "she's still present at 999.9 ms",
    "ann",
    "She has been silent for less than expireMs: don't round the time.",
    at(999.9),
    present("ann"),
  ),
  story(
    "she's gone at 1000 ms, and can come back",
    "ann",
    "She has been silent for exactly expireMs, and that's too long: compare " +
      "with >=.",
    at(1000),
    present(""),
    handle("ann", "HELLO ann", { ann: "OK ann" }),
    present("ann"),
  ),
  {
    ...story(
      "expireMs is 60, and now() is the time since 1970",
      "",
      "The limit is expireMs, in milliseconds like now(). Here, it's 60: she's " +
        "still present after 59 ms, and gone after 60.",
      at(1_800_000_000_000),
      handle("ann", "HELLO ann", { ann: "OK ann" }),
      at(1_800_000_000_059),
      present("ann"),
      at(1_800_000_000_060),
      present(""),
    ),
    make: [60],
  },
  story(
    "at 600 ms ann says HELLO ann, bob HELLO ann, cid HELLO dot, and eve SAY: " +
      "all are present at 1599 ms, and gone at 1600 ms",
    "ann bob cid eve",
    "What a peer sends counts as a sign of life: a SAY, a second HELLO with any " +
      "name, and even a HELLO that you answer with TAKEN.",
    at(600),
    send("ann", "HELLO ann"),
    send("bob", "HELLO ann"),
    send("cid", "HELLO dot"),
    send("eve", "SAY hi"),
    at(1599),
    present("ann bob dot eve"),
    at(1600),
    present(""),
  ),
  story(
    "ann says something at 600 ms, and bob gets it: he's gone at 1000 ms",
    "ann bob",
    "bob has sent nothing for 1000 ms. That you sent something to him doesn't " +
      "count, because that works even if his socket is closed.",
    at(600),
    handle("ann", "SAY hi", { bob: "ann: hi" }),
    at(1000),
    present("ann"),
  ),
  story(
    "ann says something at 900 and 1000 ms, bob nothing: he's gone",
    "ann bob",
    "bob is gone, even though present() hasn't been called. Remove silent peers " +
      "when a message arrives, too.",
    at(900),
    send("ann", "SAY hi"),
    at(1000),
    handle("ann", "SAY hi?", {}),
    present("ann"),
  ),
  story(
    "bob says something at 900 ms, ann not before 1000 ms: she's gone",
    "ann bob",
    "ann was gone when her message arrived, so it's from a stranger, and only " +
      "HELLO can bring her back. First remove silent peers, then look up the " +
      "sender.",
    at(900),
    send("bob", "SAY hi"),
    at(1000),
    handle("ann", "SAY I am late", {}),
    present("bob"),
  ),
  story(
    "at 1000 ms eve says HELLO ann, then the first ann does: eve gets it",
    "ann",
    "The first ann is gone, so her name is free. Remove silent peers before you " +
      "look for the name, and if you keep a separate list of names, remove " +
      "theirs from it, too.",
    at(1000),
    handle("eve", "HELLO ann", { eve: "OK ann" }),
    handle("ann", "HELLO ann", { ann: "TAKEN ann" }),
    present("ann"),
  ),
  story(
    'ann sends "ping" at 600 ms: she\'s gone at 1000 ms',
    "ann",
    "A message that isn't HELLO, SAY, or BYE changes nothing, so it doesn't " +
      "count as a sign of life.",
    at(600),
    send("ann", "ping"),
    at(1000),
    present(""),
  ),
].map((one) => ({ ...one, read }));

/** Checks that the class uses real time if it gets no `now`. */
export async function checkRealTime(
  RollCall: RollCallClass,
  trial: Trial,
): Promise<void> {
  const likely =
    "now is optional. Its default is a real clock: () => performance.now(), or " +
    "Date.now.";
  function called<V>(what: string, call: () => V): V {
    try {
      return call();
    } catch (error) {
      trial.failThrown(what, error, { likely, read });
    }
  }
  function joined(expireMs: number): RollCallInstance {
    const roll = called("new RollCall()", () => new RollCall({ expireMs }));
    const hello = new TextEncoder().encode("HELLO ann");
    called("handle()", () => roll.handle(hello, { ...PEERS.ann }));
    return roll;
  }
  trial.step("without now: ann says HELLO, and is present");
  const slow = joined(600_000);
  const names = called("present()", () => slow.present());
  trial.equal(names, ["ann"], { likely, read });

  trial.step("without now, with expireMs of 20: she's gone after a while");
  const quick = joined(20);
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
