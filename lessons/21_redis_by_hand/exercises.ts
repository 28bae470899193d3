/** The exercises of lesson 21, and how an answer to each is checked. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkReadCommand, type ReadCommand } from "./checks/read_command.ts";
import { checkStore, type StoreClass } from "./checks/store.ts";
import * as solution from "./solution.ts";

const readCommand = exercise<ReadCommand>({
  id: "21.1",
  title: "Read a command",
  solution: solution.readCommand,
  hints: [
    'One read gave "*2\\r\\n$4\\r\\nECHO\\r\\n$5\\r\\nhe". The next one gives the ' +
    "rest of it, and a whole command more. What do you know after the first " +
    "read, how many bytes are still due, and where do the ones that are too " +
    "many go?",
    "Keep the bytes that are not used yet in one array, and write two helpers " +
    "that read on until they can give what is asked: `takeLine()`, up to the " +
    "next 0x0a, and `take(size)`. A command is then a line with *, and for " +
    "each string a line with $, take(size) and take(2). At the end, " +
    "`reader.unread(pending)`.",
    "Nearly the code, for an array:\n" +
    '    const due = count(await takeLine(), "*", 1, 1024);\n' +
    "    while (parts.length < due) {\n" +
    '      const size = count(await takeLine(), "$", 0, 1048576);\n' +
    "      parts.push(await take(size));\n" +
    "      await take(2); // must be \\r\\n\n" +
    "    }\n" +
    "where count() takes /^-?[0-9]+\\r$/ behind the mark and nothing else, and " +
    "take() throws UnexpectedEof if reader.read() gives null.",
  ],
  read: "A command is counted strings",
  check: checkReadCommand,
});

const store = exercise<StoreClass>({
  id: "21.2",
  pure: true,
  title: "A store",
  solution: solution.Store,
  hints: [
    "A key is bytes, and a Map compares arrays by identity. What can you make " +
    "of bytes that is equal just when they are? And when must somebody look at " +
    "the clock, so that no client can ever see a value whose time is over?",
    "Write `bulk(value)`, which gives $-1 for null, and `error(message)` first. " +
    "Keep `{ value, endsAt }` under `key.toHex()`, with Infinity for no time. " +
    "One method looks an entry up and gives undefined if its time is over; " +
    "GET, DEL and INCR all go through it.",
    "Nearly the code:\n" +
    "    #entry(key) {\n" +
    "      const entry = this.#entries.get(key.toHex());\n" +
    "      return entry && this.#now() < entry.endsAt ? entry : undefined;\n" +
    "    }\n" +
    "    // INCR\n" +
    "    if (!/^-?[0-9]+$/.test(old)) return error(…);\n" +
    "    const [value, sum] = [BigInt(old), BigInt(old) + 1n];\n" +
    "    if ([value, sum].some((n) => BigInt.asIntN(64, n) !== n)) {\n" +
    "      return error(…);\n" +
    "    }",
  ],
  read: "Five kinds of reply",
  check: checkStore,
});

/** Both exercises, in order. */
export const exercises = [readCommand, store] as Exercise<unknown>[];
