/** The exercise of lesson 14, and how an answer to it is checked. */
import { loadAttempts } from "../../lib/workbook/checker/attempts.ts";
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkExpiry, checkRealTime } from "./checks/expiry.ts";
import {
  checkBye,
  checkJoining,
  checkMalformed,
  checkSaying,
  checkSecondHello,
  checkSockets,
  checkStrangers,
  checkTaken,
} from "./checks/protocol.ts";
import { rollCallMistakes } from "../../tests/lessons/14_many_peers/wrong_answers.ts";
import * as solution from "./solution.ts";
import type { RollCallClass } from "./types.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

const rollCall = exercise<RollCallClass>({
  id: "14.1",
  title: "Who is present",
  task: "Write `class RollCall` with `handle(message, from)`, which takes a " +
    "message and returns those that go out for it, and `present()`, the names " +
    "of all who are present, sorted. `HELLO name` makes its sender present: " +
    "`OK name` to it, or `TAKEN name` if another one has the name. `SAY text` " +
    "of one present goes to each other one present as `name: text`. `BYE` " +
    "ends it. A stranger's SAY or BYE, and all else, leads to nothing. Each " +
    "message that goes out ends with one `\\n`, and one `\\n` at the end of " +
    "what comes does not count. A name has 1 to 20 letters A to Z or a to z or " +
    "digits, and Ann and ann are two; a text is all behind the first space, as " +
    "it is, 1 or more characters, no `\\n`; a message is UTF-8. A peer is its " +
    "host and its port. A second HELLO changes the name and frees the old one; " +
    "the same name again is `OK`. Whoever has sent none of these for `expireMs` " +
    "or longer, by `now()`, is gone, and the name is free; what it receives, and " +
    "what is none of these, does not count.",
  attempt: attempt.RollCall,
  solution: solution.RollCall,
  mistakes: rollCallMistakes,
  hints: [
    "Two messages come. What on them tells you whether the same peer sent " +
    "both? And what must you remember of a peer, to know later that it has " +
    "been silent for too long?",
    "Keep a Map with an entry for each peer: under its host and port its name, " +
    "its address, and when it last sent something. Begin both methods by " +
    "removing whoever has been silent for too long; then see what the message " +
    "is, and who sent it. There is no timer: now() is asked when something " +
    "comes.",
    "Nearly the code:\n" +
    "    handle(message, from) {\n" +
    "      this.#expire();\n" +
    "      const text = decode(message);  // with { fatal: true }, and a catch\n" +
    "      const [, name] =\n" +
    "        text.match(/^HELLO ([A-Za-z0-9]{1,20})\\n?$/) ?? [];\n" +
    "      if (name !== undefined) return this.#hello(name, from);\n" +
    "      const [, said] = text.match(/^SAY ([^\\n]+)\\n?$/) ?? [];\n" +
    "      if (said !== undefined) return this.#say(said, from);\n" +
    "      if (/^BYE\\n?$/.test(text)) this.#peers.delete(keyOf(from));\n" +
    "      return [];\n" +
    "    }\n" +
    "where keyOf() is `${hostname} ${port}`, and #hello() and #say() note the " +
    "time at which their peer was heard.",
  ],
  read: "The roll call",
  async check(RollCall, trial) {
    checkJoining(RollCall, trial);
    checkSaying(RollCall, trial);
    checkStrangers(RollCall, trial);
    checkTaken(RollCall, trial);
    checkSecondHello(RollCall, trial);
    checkBye(RollCall, trial);
    checkMalformed(RollCall, trial);
    checkExpiry(RollCall, trial);
    await checkRealTime(RollCall, trial);
    await checkSockets(RollCall, trial);
  },
});

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [rollCall];
