/** How an answer to 21.1 is checked. */
import { writeAll } from "../../../lib/net/mod.ts";
import { printable } from "../../../lib/show/text.ts";
import { encodeCommand } from "../../../lib/wire/mod.ts";
import {
  connectPair,
  FakeConn,
  type FakeConnOptions,
  type Trial,
} from "../../../lib/workbook/kit/mod.ts";
import { ConnReader } from "../reader.ts";
import type { ByteReader } from "../types.ts";

export type ReadCommand = (reader: ByteReader) => Promise<Uint8Array[] | null>;

const ARRAY = "A command is counted strings";
const STREAM = "Many commands in one stream";
const INLINE = "Commands typed by hand";
const LIMIT = "A length is only a claim";

/** How far past its limit an answer may read: several buffers of any size. */
const PATIENCE = 256 * 1024;

/** Every byte that there is. */
const ALL_BYTES = latin1(Uint8Array.from({ length: 256 }, (_, i) => i));

export async function checkReadCommand(
  read: ReadCommand,
  trial: Trial,
): Promise<void> {
  await checkOnSocket(read, trial);
  await checkTwoClients(read, trial);
  await checkValues(read, trial);
  await checkCuts(read, trial);
  await checkInline(read, trial);
  await checkRefused(read, trial);
  await checkLimits(read, trial);
  await checkEnds(read, trial);
}

/** One command while the client stays, then three in one piece, then the end. */
async function checkOnSocket(read: ReadCommand, trial: Trial): Promise<void> {
  const first = encodeCommand(["ECHO", "hello"]);
  trial.step(`a client sends ${shown(first)} and waits for an answer`);
  const { peer, conn } = await connectPair(trial);
  await writeAll(peer, first);
  const reader = new ConnReader(conn);
  await expect(read, trial, reader, {
    expected: ["ECHO", "hello"],
    likely: "Return the strings without their lengths, and as soon as the " +
      "last one is whole: the client sends no more until it is answered.",
    read: ARRAY,
  });

  trial.step("it sends three more in one piece, and ends");
  for (const text of ["one", "two", "three"]) {
    // Each in a write of its own could come in a read of its own.
    if (text === "one") {
      const all = ["one", "two", "three"].map((text) =>
        latin1(encodeCommand(["ECHO", text]))
      );
      await writeAll(peer, bytesOf(all.join("")));
      await peer.closeWrite();
    }
    await expect(read, trial, reader, {
      expected: ["ECHO", text],
      likely: LOST,
      read: STREAM,
    });
  }
  await expect(read, trial, reader, {
    expected: null,
    likely: "At the end between two commands, return null.",
    read: STREAM,
  });
}

/** What one client sent is nothing to another one. */
async function checkTwoClients(read: ReadCommand, trial: Trial): Promise<void> {
  trial.step("two clients send two commands each, and are read by turns");
  const clients = ["a", "b"].map((name) => ({
    name,
    reader: fakeReader(trial, {
      incoming: [1, 2].map((number) =>
        latin1(encodeCommand(["ECHO", `${name}${number}`]))
      ).join(""),
    }),
  }));
  for (const number of [1, 2]) {
    for (const { name, reader } of clients) {
      await expect(read, trial, reader, {
        expected: ["ECHO", `${name}${number}`],
        likely: "Each reader has a client of its own. What was read too much " +
          "goes back to the reader that it came from, with reader.unread(): a " +
          "variable beside the function is one for all of them.",
        read: STREAM,
      });
    }
  }
}

/** Values that look like something else. */
async function checkValues(read: ReadCommand, trial: Trial): Promise<void> {
  const cases: [string, string, string][] = [
    [
      "a value with blanks",
      "  two  words ",
      "A blank in a value is a byte like others: only its length says where " +
      "it ends. Do not split at blanks, and do not trim.",
    ],
    [
      "an empty value",
      "",
      "$0 is a string of no bytes, which counts; its \\r\\n comes all the same.",
    ],
    [
      "a value that looks like the protocol",
      "a\r\n$3\r\nDEL\r\n",
      "A line's end within a value is part of the value. Take as many bytes " +
      "as its length says, and look at none of them.",
    ],
    [
      "a value that is not English",
      latin1(new TextEncoder().encode("zwölf 🐢")),
      "The length counts bytes. Cut the value out of the bytes, not out of " +
      "text: there an ö is one and not two, and everything behind it shifts.",
    ],
    [
      "a value of all 256 bytes",
      ALL_BYTES,
      "Values are bytes of any kind. Decoded as UTF-8 and encoded again, what " +
      "is no text becomes �: never make text of a value.",
    ],
  ];
  for (const [name, value, likely] of cases) {
    trial.step(`${name}: SET k ${shown(bytesOf(value))}, and PING behind it`);
    const reader = fakeReader(trial, {
      incoming: bytesOf(
        latin1(encodeCommand(["SET", "k", bytesOf(value)])) +
          latin1(encodeCommand(["PING"])),
      ),
    });
    await expect(read, trial, reader, {
      expected: ["SET", "k", value],
      likely,
      read: ARRAY,
    });
    await expect(read, trial, reader, {
      expected: ["PING"],
      likely: LOST,
      read: STREAM,
    });
  }
}

/** The same bytes, cut anywhere. */
async function checkCuts(read: ReadCommand, trial: Trial): Promise<void> {
  const commands = [
    ["SET", "key", "a value\r\n"],
    ["PING"],
    ["DEL", "a", "bc", "def"],
    ["GET", ""],
  ];
  const stream = commands.map((command) =>
    command[0] === "PING" ? "PING\r\n" : latin1(encodeCommand(command))
  ).join("");
  for (const readSize of [1, 2, 3, 7, 20]) {
    trial.step(
      `four commands in ${stream.length} bytes; each read gives at most ` +
        readSize,
    );
    const reader = fakeReader(trial, { incoming: stream, readSize });
    for (const expected of [...commands, null]) {
      await expect(read, trial, reader, {
        expected,
        likely:
          "A read may end anywhere: in a number, between \\r and \\n, in " +
          "a value. Read on until all is there that is due, and give back " +
          "what is behind it.",
        read: STREAM,
      });
    }
  }
}

async function checkInline(read: ReadCommand, trial: Trial): Promise<void> {
  const words =
    "A line that does not begin with * is a command of words, with " +
    "one blank or more between them, and \\n or \\r\\n at its end.";
  const blank = "A line with no word in it is no command: skip it, and read " +
    "the next one.";
  const bytes =
    "The words of a line are bytes as well, and à in UTF-8 is the " +
    "two bytes c3 a0. If you make a character of each byte, make a byte of each " +
    "character again, with charCodeAt(): TextEncoder makes two of each. And " +
    "look for blanks only: trim() and /\\s/ take a0 for one too.";
  const cases: [string, (string[] | null)[], string][] = [
    ["PING\r\n", [["PING"], null], words],
    ["set key value\n", [["set", "key", "value"], null], words],
    ["  SET   a  b \r\nGET a\r\n", [["SET", "a", "b"], ["GET", "a"]], words],
    ["\r\n\n  \r\nPING\r\n\r\n", [["PING"], null], blank],
    ["SET x \xc3\xa0\r\n", [["SET", "x", "\xc3\xa0"], null], bytes],
  ];
  for (const [text, expected, likely] of cases) {
    trial.step(`somebody types ${shown(bytesOf(text))}`);
    const reader = fakeReader(trial, { incoming: text });
    for (const one of expected) {
      await expect(read, trial, reader, {
        expected: one,
        likely,
        read: INLINE,
      });
    }
  }
}

/** What comes from somebody who means no good, or does not speak RESP. */
async function checkRefused(read: ReadCommand, trial: Trial): Promise<void> {
  const huge = "Compare the number with its limits as soon as its line is " +
    "there, before you wait for what it counts or make room for it. Whoever " +
    "believes it waits for bytes that never come, and keeps all that do.";
  const negative =
    "A number can be under its limit and still be none that can " +
    "be: at least 1 string, and at least 0 bytes. Here, look at both ends of " +
    "the range.";
  const digits =
    "A number is digits and nothing else. Number() and parseInt() " +
    'take "0x4", "+4", "4x", "1e1" or "" as well: what one program reads as ' +
    "4 and another as 0 is how commands are smuggled in.";
  const form = "Each string of an array begins with $, and has \\r\\n behind " +
    "its last byte, both of them. If something else is there, nothing behind " +
    "it can be " +
    "trusted.";
  const lineEnd =
    "The lines of an array end with \\r\\n. \\n alone ends a line " +
    "that is typed by hand, and no other: whoever takes it here sees " +
    "a command where another program on the way sees none.";
  const cases: [string, ErrorName[], string][] = [
    ["*1\r\n$-1\r\n", ["RangeError", "TypeError"], negative],
    ["*-1\r\n", ["RangeError", "TypeError"], negative],
    ["*0\r\n", ["RangeError", "TypeError"], negative],
    ["*2\r\n$3\r\nGET\r\n$-4\r\n", ["RangeError", "TypeError"], negative],
    ["*1\r\n$1048577\r\n", ["RangeError"], huge],
    ["*1\r\n$4294967299\r\nabc", ["RangeError"], huge],
    ["*1025\r\n", ["RangeError"], huge],
    ["*1000000000\r\n$4\r\nPING\r\n", ["RangeError"], huge],
    ["*1\r\n$0x4\r\nPING\r\n", ["TypeError"], digits],
    ["*1\r\n$+4\r\nPING\r\n", ["TypeError"], digits],
    ["*1\r\n$4x\r\nPING\r\n", ["TypeError"], digits],
    ["*1x\r\n$4\r\nPING\r\n", ["TypeError"], digits],
    ["*1\r\n$\r\n\r\n", ["TypeError"], digits],
    ["*1\r\n4\r\nPING\r\n", ["TypeError"], form],
    ["*1\r\n:4\r\nPING\r\n", ["TypeError"], form],
    ["*1\r\n$4\r\nPINGPONG\r\n", ["TypeError"], form],
    ["*1\r\n$4\r\nPING\rX", ["TypeError"], form],
    ["*1\r\n$4\r\nPINGX\n", ["TypeError"], form],
    ["*1\n$4\r\nPING\r\n", ["TypeError"], lineEnd],
    ["*1\r\n$4\nPING\r\n", ["TypeError"], lineEnd],
  ];
  for (const [text, names, likely] of cases) {
    trial.step(`a client sends ${shown(bytesOf(text))}, and waits`);
    const reader = fakeReader(trial, { incoming: text, then: "silence" });
    await expectError(read, trial, reader, { names, likely, read: LIMIT });
  }
}

async function checkLimits(read: ReadCommand, trial: Trial): Promise<void> {
  trial.step(
    "a command of 1024 strings, and one with a string of 1048576 bytes",
  );
  const many = ["DEL", ...Array.from({ length: 1023 }, (_, i) => `k${i}`)];
  const large = ["ECHO", "x".repeat(1048576)];
  const reader = fakeReader(trial, {
    incoming: latin1(encodeCommand(many)) + latin1(encodeCommand(large)),
  });
  for (const expected of [many, large]) {
    await expect(read, trial, reader, {
      expected,
      likely: "Just as many as the limit are allowed.",
      read: LIMIT,
    });
  }

  trial.step("an inline command of 65536 bytes");
  const long = "x".repeat(65536);
  await expect(read, trial, fakeReader(trial, { incoming: `${long}\r\n` }), {
    expected: [long],
    likely:
      "Just as many bytes as the limit are allowed; the end of the line " +
      "does not count.",
    read: LIMIT,
  });

  for (const start of ["", "*", "*1\r\n$"]) {
    trial.step(
      `${start === "" ? "" : `${shown(bytesOf(start))} and then `}` +
        '"111…" for ever, with no end of the line',
    );
    const size = 1024 * 1024;
    const conn = trial.use(
      new FakeConn({
        incoming: start + "1".repeat(size),
        then: "silence",
        readSize: 4096,
        onMove: () => trial.progress(),
      }),
    );
    const tooLate = conn.until(() => conn.unread < size - PATIENCE).then(() =>
      trial.fail({
        problem: `It has read over ${PATIENCE} bytes of one line, and goes on.`,
        likely: ENDLESS,
        read: LIMIT,
      })
    );
    await expectError(read, trial, new ConnReader(conn), {
      names: ["RangeError"],
      likely: ENDLESS,
      read: LIMIT,
      tooLate,
    });
  }

  trial.step("an inline command of 65537 bytes");
  await expectError(
    read,
    trial,
    fakeReader(trial, { incoming: `${long}x\r\nPING\r\n` }),
    {
      names: ["RangeError"],
      likely: "One byte over the limit is over it, also where the end of the " +
        "line has come in the same read. Look at the length of each line.",
      read: LIMIT,
    },
  );
}

async function checkEnds(read: ReadCommand, trial: Trial): Promise<void> {
  const whole = latin1(encodeCommand(["ECHO", "hello"]));
  const texts = [1, 3, 4, 7, 12, 20, whole.length - 1].map((size) =>
    whole.slice(0, size)
  );
  for (const text of [...texts, "PING"]) {
    trial.step(`a client sends ${shown(bytesOf(text))}, and ends`);
    await expectError(read, trial, fakeReader(trial, { incoming: text }), {
      names: ["UnexpectedEof"],
      likely: "The stream ended in the middle of a command: something was " +
        "lost, and the caller must hear of it. Only where a command could " +
        "begin is the end null.",
      read: STREAM,
    });
  }
}

/** What must come of one call. */
interface Expected {
  expected: string[] | null;
  likely: string;
  read: string;
}

async function expect(
  read: ReadCommand,
  trial: Trial,
  reader: ByteReader,
  { expected, likely, read: section }: Expected,
): Promise<void> {
  const [result] = await trial.waitFor(
    Promise.allSettled([(async () => await read(reader))()]),
    {
      waitingFor: expected === null ? "null" : `the command ${expected[0]}`,
      likely,
      read: section,
    },
  );
  if (result.status === "rejected") {
    // A TypeError of the answer's own choice says that it has read amiss.
    trial.failOnSlip("readCommand()", result.reason, TypeError);
    trial.fail({
      problem: "readCommand() threw an error where " +
        `${expected === null ? "the end" : "a good command"} was to be read.`,
      received: trial.describe(result.reason),
      likely,
      read: section,
    }, { cause: result.reason });
  }
  const parts = result.value;
  if (parts === null || expected === null) {
    trial.equal(asText(parts), expected, { likely, read: section });
    return;
  }
  if (!Array.isArray(parts) || !parts.every((p) => p instanceof Uint8Array)) {
    trial.fail({
      problem: "readCommand() gave something else than an array of Uint8Array.",
      received: Deno.inspect(parts, { strAbbreviateSize: 100 }),
      likely:
        "Return the strings of the command as bytes: a value need not be " +
        "text.",
      read: ARRAY,
    });
  }
  trial.equal(asText(parts), expected, { likely, read: section });
}

const CLASSES = {
  RangeError,
  TypeError,
  UnexpectedEof: Deno.errors.UnexpectedEof,
};

type ErrorName = keyof typeof CLASSES;

async function expectError(
  read: ReadCommand,
  trial: Trial,
  reader: ByteReader,
  { names, likely, read: section, tooLate }: {
    names: ErrorName[];
    likely: string;
    read: string;
    tooLate?: Promise<never>;
  },
): Promise<void> {
  const reading = Promise.allSettled([(async () => await read(reader))()]);
  const [result] = await trial.waitFor(
    tooLate === undefined ? reading : Promise.race([reading, tooLate]),
    { waitingFor: `a ${names[0]}`, likely, read: section },
  );
  if (result.status === "fulfilled") {
    trial.fail({
      problem: "It took this for a command, or for the end.",
      expected: names[0],
      received: Deno.inspect(asText(result.value), { strAbbreviateSize: 100 }),
      likely,
      read: section,
    });
  }
  const { reason } = result;
  trial.failOnSlip("readCommand()", reason, TypeError);
  if (names.some((name) => reason instanceof CLASSES[name])) return;
  trial.fail({
    problem: `It threw another error than the one that was asked for.`,
    expected: names[0],
    received: trial.describe(reason),
    likely: reason instanceof CLASSES.UnexpectedEof ||
        names[0] === "UnexpectedEof"
      ? likely
      : "Callers tell failures apart by the class of the error: RangeError " +
        "for a number out of range and a line too long, TypeError for what is " +
        `no RESP. ${likely}`,
    read: section,
  }, { cause: reason });
}

function fakeReader(trial: Trial, options: FakeConnOptions): ByteReader {
  const { incoming, ...rest } = options;
  const bytes = typeof incoming === "string" ? bytesOf(incoming) : incoming;
  const onMove = () => trial.progress();
  return new ConnReader(
    trial.use(new FakeConn({ incoming: bytes, onMove, ...rest })),
  );
}

function asText(parts: Uint8Array[] | null): string[] | null {
  return Array.isArray(parts) ? parts.map(latin1) : parts;
}

function shown(bytes: Uint8Array): string {
  return printable(bytes, { max: 40 });
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("x-user-defined").decode(bytes).replace(
    /[\uf780-\uf7ff]/g,
    (char) => String.fromCharCode(char.charCodeAt(0) & 0xff),
  );
}

const LOST = "What was read behind the end of a command is the next one: it " +
  "came with the same read. Give it back with reader.unread() before you " +
  "return.";
const ENDLESS = "Look at how much is kept after each read that brought no " +
  "\\n: 65536 bytes, and one more that may be the \\r of the end. What is more " +
  "than that is too long already, whatever comes.";
