/** The exercise of lesson 14, and how an answer to it is checked. */
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
import * as solution from "./solution.ts";
import type { RollCallClass } from "./types.ts";

const rollCall = exercise<RollCallClass>({
  id: "14.1",
  pure: true,
  title: "Who is present",
  solution: solution.RollCall,
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
