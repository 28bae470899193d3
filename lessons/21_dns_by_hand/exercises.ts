/** The exercises of lesson 21. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkDecodeMessage } from "./checks/decode_message.ts";
import { checkEncodeQuery } from "./checks/encode_query.ts";
import * as solution from "./solution.ts";
import type { DecodeMessage, EncodeQuery } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises = [
  exercise<EncodeQuery>({
    id: "21.1",
    pure: true,
    title: "Encode a query",
    passed: "Each label has its length, and the root ends the name.",
    real: "lib/wire/dns/message.ts",
    solution: solution.encodeQuery,
    hints: [
      "A program reads the labels one by one. How does it know which one is the " +
      "last? So how many bytes does `a.bc` take?",
      'Collect the bytes of the name first: split it at ".", add the length and ' +
      "the bytes of each label, and then a 0. Now you know how long the query " +
      "is, and a DataView writes the numbers before and after the name.",
      "Most of the code:\n" +
      '    for (const label of name.replace(/\\.$/, "").split(".")) {\n' +
      "      if (label.length < 1 || label.length > 63) throw new RangeError(…);\n" +
      "      encoded.push(label.length, ...new TextEncoder().encode(label));\n" +
      "    }\n" +
      "    encoded.push(0);\n" +
      "    view.setUint16(0, id); // and so on: 0x0100, 1, 0, 0, 0",
    ],
    read: "A question in one datagram",
    check: checkEncodeQuery,
  }),
  exercise<DecodeMessage>({
    id: "21.2",
    pure: true,
    title: "Decode a response",
    passed:
      "Pointers only lead back, so none can loop, and no length leads past the end.",
    real: "lib/wire/dns/message.ts",
    solution: solution.decodeMessage,
    hints: [
      "If a name ends in a pointer, where does the next field start: after the " +
      "pointer, or after what it points to?",
      "Keep one index, `at`, and write `byte(index)`, which throws past the end, " +
      "`number(size)`, and `name()`. In name(), a second index follows the " +
      "pointers. Skip each question (a name and four bytes). After a record, " +
      "set `at` to where its size says that the data ends.",
      "Most of the code, in the loop of name():\n" +
      "    if (length >= 0xc0) {\n" +
      "      const target = (length & 0x3f) * 256 + byte(from + 1);\n" +
      "      if (target >= limit || target < 12) throw new TypeError(…);\n" +
      "      if (end === -1) end = from + 2;\n" +
      "      from = limit = target; // a smaller offset each time\n" +
      "      continue;\n" +
      "    }",
    ],
    read: "Records",
    check: checkDecodeMessage,
  }),
] as Exercise<unknown>[];
