/** The exercises of lesson 10. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkReassembler } from "./checks/reassembler.ts";
import { checkSplit } from "./checks/split.ts";
import * as solution from "./solution.ts";
import type { ReassemblerClass, Split } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises: Exercise<unknown>[] = [
  exercise<Split>({
    id: "10.1",
    pure: true,
    title: "Split a message",
    passed:
      "Each packet says where its bytes belong, and has its own copy of them.",
    solution: solution.split,
    hints: [
      "If a message has 10 bytes and each packet holds 4, where does each packet " +
      "begin? Which packets do you need for a message of 8 bytes, and which for " +
      "an empty one?",
      "Go through the message in steps of `size`, from 0 to its length. At each " +
      "step, copy the next `size` bytes, or what's left. Then think of the " +
      "empty message: if your loop stops at the length, it doesn't even start.",
      "Most of the code:\n" +
      "    let offset = 0;\n" +
      "    do {\n" +
      "      const data = message.slice(offset, offset + size);\n" +
      "      packets.push({ offset, total: message.length, data });\n" +
      "      offset += size;\n" +
      "    } while (offset < message.length);\n" +
      "slice() makes a copy, and stops at the end of the message.",
    ],
    read: "What each packet carries",
    check: checkSplit,
  }),
  exercise<ReassemblerClass>({
    id: "10.2",
    pure: true,
    title: "Reassemble the message",
    passed:
      "You place each byte by its offset, so order, duplicates, and overlaps " +
      "make no difference.",
    real: "lib/net/reliable/receiver.ts",
    solution: solution.Reassembler,
    hints: [
      "Two packets of 4 bytes each have arrived. How many bytes of the message " +
      "do you have: 8, 4, or something in between? What do you have to remember " +
      "to know that?",
      "When the first packet arrives, make a buffer of `total` bytes. Copy the " +
      "data of each packet to its offset. Also remember which bytes have " +
      "arrived: keep a list of the gaps, or simply one boolean per byte. A gap " +
      "is a run of bytes that haven't arrived.",
      "Most of the code, with `#bytes` and `#has`, an array of `total` booleans:\n" +
      "    this.#bytes.set(data, offset); // set() copies\n" +
      "    this.#has.fill(true, offset, offset + data.length);\n" +
      "and in missing(), a loop over all bytes:\n" +
      "    if (this.#has[at]) continue;\n" +
      "    const gap = gaps.at(-1);\n" +
      "    if (gap?.[1] === at) gap[1] = at + 1; // same gap\n" +
      "    else gaps.push([at, at + 1]);",
    ],
    read: "Offsets put everything in order",
    check: checkReassembler,
  }),
];
