/** The exercise of lesson 14. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkRollCall } from "./checks/roll_call.ts";
import * as solution from "./solution.ts";
import type { RollCallClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<RollCallClass>({
    id: "14.1",
    title: "Keep track of who is present",
    passed: "It identifies a peer by its host and port, and takes silence as " +
      "the only sign that a peer has left.",
    solution: solution.RollCall,
    hints: [
      "Two messages arrive. How do you know whether the same peer sent both? " +
      "And what must you remember about a peer to notice later that it has " +
      "been silent for too long?",
      "Keep a Map with an entry for each peer: the key is its host and port, and " +
      "the value is its name, its address, and when it last sent something. " +
      "Start both methods by removing the peers that have been silent for too " +
      "long. Then parse the message and look up its sender. You don't need a " +
      "timer: call now() in both methods.",
      "Most of the code:\n" +
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
