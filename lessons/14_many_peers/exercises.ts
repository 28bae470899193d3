/** The exercise of lesson 14. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkRollCall } from "./checks/roll_call.ts";
import * as solution from "./solution.ts";
import type { RollCallClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<RollCallClass>({
    id: "14.1",
    title: "Who is present",
    passed:
      "A peer is an address and a port, and silence is the only sign that it left.",
    solution: solution.RollCall,
    hints: [
      "Two messages arrive. What tells you whether the same peer sent both? And " +
      "what do you have to remember about a peer to notice later that it has " +
      "been silent for too long?",
      "Keep a Map with an entry for each peer: the key is its host and port, and " +
      "the value is its name, its address, and when it last sent something. " +
      "Start both methods by removing the peers that have been silent for too " +
      "long; then find out what the message is and who sent it. You don't need " +
      "a timer: ask now() when something happens.",
      "Almost the code:\n" +
      "    handle(message, from) {\n" +
      "      this.#expire();\n" +
      "      const text = decode(message);\n" +
      "      const [, name] =\n" +
      "        text.match(/^HELLO ([A-Za-z0-9]{1,20})\\n?$/) ?? [];\n" +
      "      if (name !== undefined) return this.#hello(name, from);\n" +
      "      const [, said] = text.match(/^SAY ([^\\n]+)\\n?$/) ?? [];\n" +
      "      if (said !== undefined) return this.#say(said, from);\n" +
      "      if (/^BYE\\n?$/.test(text)) this.#peers.delete(keyOf(from));\n" +
      "      return [];\n" +
      "    }\n" +
      "where decode() uses a TextDecoder with { fatal: true, ignoreBOM: true } " +
      'and returns "" if that throws, keyOf() returns `${hostname} ${port}`, ' +
      "and #hello() and #say() remember when they last heard from the peer.",
    ],
    read: "The roll call",
    pure: true,
    check: checkRollCall,
  }),
];
