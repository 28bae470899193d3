/** The exercises of lesson 21, and how an answer to each is checked. */
import { type Exercise, exercise, loadAttempts } from "../../lib/workbook/kit/mod.ts";
import { checkReadCommand, type ReadCommand } from "./checks/read_command.ts";
import { checkStore, type StoreClass } from "./checks/store.ts";
import { readCommandMistakes, storeMistakes } from "../../tests/lessons/21_redis_by_hand/wrong_answers.ts";
import * as solution from "./solution.ts";

const attempt = await loadAttempts(() => import("./exercise.ts"));

const readCommand = exercise<ReadCommand>({
  id: "21.1",
  title: "Read a command",
  task:
    "Write `readCommand(reader)`. It reads one command and returns its strings " +
    "as bytes, as soon as it is whole, or null if the stream ends where a " +
    "command could begin; `reader.read()` gives the next bytes, and what came " +
    "behind the command goes back with `reader.unread(bytes)`. A line that " +
    "begins with `*` is an array: `*2\\r\\n`, and then each string as " +
    "`$4\\r\\n`, that many bytes of any kind, `\\r\\n`; it has 1 to 1024 strings, " +
    "each of 0 to 1048576 bytes. Any other line is an inline command: words " +
    "with blanks between them, byte for byte, `\\n` or `\\r\\n` at its end; one " +
    "with no word is skipped. A line of more than 65536 bytes (without its " +
    "end), or a number " +
    "out of range, throws RangeError as soon as that is known. What is no RESP " +
    "throws TypeError; a number is digits and nothing else. An end in the " +
    "middle throws `Deno.errors.UnexpectedEof`.",
  attempt: attempt.readCommand,
  solution: solution.readCommand,
  mistakes: readCommandMistakes,
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
  title: "A store",
  task:
    "Write `class Store` with `run(command)`, which runs one command (its " +
    "strings as bytes, the name first, in capitals or not) and returns the " +
    "reply in RESP, as bytes. PING: +PONG, or the text behind it; ECHO text; " +
    "SET key value, with EX seconds or PX milliseconds behind it or not: +OK; " +
    "GET key: the value, or nil; DEL key [key ...]: how many of them there " +
    "were; INCR key: the sum. Texts and values are bulk strings, numbers " +
    "integers. Keys and values are bytes of any kind. When its time has passed " +
    "a key is gone; SET without a time takes an old one away, INCR leaves it. " +
    "INCR takes an integer of 64 bits with a sign, in digits, with a - in front " +
    "if it is below 0; the sum must be one too. Whatever cannot be done (an " +
    "unknown command, a " +
    "wrong number of arguments, a time that is no integer over 0, no integer " +
    "for INCR) changes nothing and gives an error of one line, `-ERR ` and a " +
    "reason. `new Store({ now })` gives it a clock in milliseconds, `Date.now` " +
    "if none is given.",
  attempt: attempt.Store,
  solution: solution.Store,
  mistakes: storeMistakes,
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
