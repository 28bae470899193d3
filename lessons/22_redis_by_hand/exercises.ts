/** The exercises of lesson 22. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkReadCommand } from "./checks/read_command.ts";
import { checkStore } from "./checks/store.ts";
import * as solution from "./solution.ts";
import type { ReadCommand, StoreClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises = [
  exercise<ReadCommand>({
    id: "22.1",
    title: "Read a command",
    passed:
      "It counts bytes instead of searching for an end, so values can contain " +
      "anything.",
    real: "lib/wire/resp/command.ts",
    solution: solution.readCommand,
    hints: [
      'One read returned "*2\\r\\n$4\\r\\nECHO\\r\\n$5\\r\\nhe". The next one returns ' +
      "the rest, and one more command. After the first read, what do you know, " +
      "and how many bytes are still missing? After the second, where do you put " +
      "the bytes that you don't need?",
      "Keep the bytes you haven't used in one array, and write two helpers that " +
      "read on until they have enough: `takeLine()`, up to the next 0x0a, and " +
      "`take(size)`. A command is then a line with *, and for each string a line " +
      "with $, take(size), and take(2). At the end, call " +
      "`reader.unread(pending)`.",
      "Most of the code, for an array:\n" +
      '    const due = count(await takeLine(), "*", 1, 1024);\n' +
      "    while (parts.length < due) {\n" +
      '      const size = count(await takeLine(), "$", 0, 1048576);\n' +
      "      parts.push(await take(size));\n" +
      "      await take(2); // must be \\r\\n\n" +
      "    }\n" +
      "where count() accepts only /^(0|[1-9][0-9]*)\\r$/ after the mark, and take() " +
      "throws UnexpectedEof if reader.read() returns null.",
    ],
    read: "A command is counted strings",
    check: checkReadCommand,
  }),
  exercise<StoreClass>({
    id: "22.2",
    pure: true,
    title: "Run commands",
    passed: "Every command gets a reply, and a rejected one changes nothing.",
    real: "lib/wire/resp/reply.ts",
    solution: solution.Store,
    hints: [
      "A key is bytes, and a Map compares arrays by identity. What string can " +
      "you make from the bytes, so that two strings are equal exactly if the " +
      "bytes are? And when do you have to look at the clock, so that no client " +
      "ever sees an expired value?",
      "First write `bulk(value)`, which returns $-1 for null, and " +
      "`error(message)`. Store `{ value, endsAt }` under `key.toHex()`, with " +
      "Infinity if there's no time. One method looks up an entry, and returns " +
      "undefined if it has expired; GET, DEL, and INCR all use it.",
      "Most of the code:\n" +
      "    #entry(key) {\n" +
      "      const entry = this.#entries.get(key.toHex());\n" +
      "      return entry && this.#now() <= entry.endsAt ? entry : undefined;\n" +
      "    }\n" +
      "    // INCR\n" +
      "    if (!/^(0|-?[1-9][0-9]*)$/.test(old)) return error(…);\n" +
      "    const [value, sum] = [BigInt(old), BigInt(old) + 1n];\n" +
      "    if ([value, sum].some((n) => BigInt.asIntN(64, n) !== n)) {\n" +
      "      return error(…);\n" +
      "    }",
    ],
    read: "Five kinds of reply",
    check: checkStore,
  }),
] as Exercise<unknown>[];
