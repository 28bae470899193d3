import { assertEquals } from "@std/assert";
import * as promises from "node:timers/promises";
import { checkStream, type StreamCase } from "../../lib/workbook/kit/mod.ts";
import { testProbes } from "./probes.ts";

/** Yields pieces of two characters; an odd one at the end is an error. */
type ReadPairs = (conn: Deno.Conn) => AsyncGenerator<string>;

interface Options {
  /** Reads once. */
  read?: (conn: Deno.Conn, buffer: Uint8Array) => Promise<number | null>;
  /** What is left over, for the next read. */
  rest?: { text: string };
  /** Changes a pair before it's yielded. */
  change?: (pair: string) => string;
  /** Done when all is over. */
  atEnd?: (conn: Deno.Conn) => unknown;
}

/** A right answer, but for what the options change. */
function pairs(options: Options = {}): ReadPairs {
  const { read = (conn, buffer) => conn.read(buffer), change, atEnd } = options;
  return async function* (conn) {
    const buffer = new Uint8Array(64 * 1024);
    const rest = options.rest ?? { text: "" };
    rest.text = "";
    try {
      for (let count; (count = await read(conn, buffer)) !== null;) {
        rest.text += new TextDecoder().decode(buffer.subarray(0, count));
        while (rest.text.length >= 2) {
          const pair = rest.text.slice(0, 2);
          rest.text = rest.text.slice(2);
          if (pair === "!!") throw new RangeError("not that");
          yield change?.(pair) ?? pair;
        }
      }
      if (rest.text !== "") throw new Deno.errors.UnexpectedEof();
    } finally {
      atEnd?.(conn);
    }
  };
}

const CASES: StreamCase[] = [
  {
    step: "two pairs",
    sends: ["ab", "cd"],
    values: ["ab", "cd"],
    early: true,
    likely: "Yield each at once.",
  },
  {
    step: "three pairs",
    sends: "abcdef",
    values: ["ab", "cd", "ef"],
    likely: ({ values }) => `Not only ${values.length}.`,
    read: "Three",
  },
  {
    step: "half a pair",
    sends: "abc",
    values: ["ab"],
    ends: Deno.errors.UnexpectedEof,
    likely: "It isn't whole.",
  },
  {
    step: "half a pair, and no end",
    sends: "abc",
    then: "silence",
    values: ["ab"],
    likely: "More may come.",
  },
  {
    step: "a bad pair",
    sends: "ab!!cd",
    then: "silence",
    values: ["ab"],
    ends: [RangeError, TypeError],
    likely: "That pair is bad.",
  },
  {
    step: "a reset",
    sends: "abc",
    then: "reset",
    values: ["ab"],
    likely: () => "Pass it on.",
  },
  {
    step: "other pairs",
    sends: "wxyz",
    values: ["wx", "yz"],
    likely: "These are pairs, too.",
  },
];

const ONE_FOR_ALL = new Uint8Array(100);

let runs = 0;
let resets = 0;
let hasFailed = false;

testProbes<ReadPairs>(
  "checkStream()",
  (trial, answer) =>
    checkStream(trial, {
      name: "readPairs",
      open: answer,
      what: "pair",
      explain: ({ values }) => values.at(-1) === "??" ? "Not that." : undefined,
      cut: "A read may end anywhere.",
    }, CASES),
  {
    "a right generator": pairs(),
    "a stream that closes a failed connection": pairs({
      read: (conn, buffer) =>
        conn.read(buffer).catch(async (error) => {
          await conn.readable.cancel();
          throw error;
        }),
    }),
  },
  [
    [
      "a promise instead of a generator",
      (() => Promise.resolve(["ab"])) as unknown as ReadPairs,
      /Declare the function as `async function\*`/,
    ],
    [
      "no value before the end",
      async function* (conn) {
        yield* await Array.fromAsync(pairs()(conn));
      },
      /read everything that arrived and is waiting for more; expected 2\.\nYield each/,
    ],
    ["a wrong value", pairs({ change: () => "xx" }), /Pair 1 is wrong/],
    ["a special one", pairs({ change: () => "??" }), /wrong\.\nNot that/],
    [
      "too few values",
      async function* (conn) {
        let count = 0;
        for await (const pair of pairs()(conn)) if (count++ < 2) yield pair;
      },
      /ended after 2 pairs; expected 3\.\nNot only 2/,
    ],
    [
      "too many values",
      async function* (conn) {
        yield* pairs()(conn);
        yield "zz";
      },
      /returned more than 2 pairs/,
    ],
    [
      "only whole reads",
      async function* (conn) {
        const buffer = new Uint8Array(100);
        for (let count; (count = await conn.read(buffer)) !== null;) {
          const text = new TextDecoder().decode(buffer.subarray(0, count));
          yield* text.match(/../g) ?? [];
        }
      },
      /A read may end anywhere/,
    ],
    [
      "the end where an error is due",
      async function* (conn) {
        try {
          yield* pairs()(conn);
        } catch {
          // Nobody hears of it.
        }
      },
      /ended after 1 pair; expected UnexpectedEof\.\nIt isn't whole/,
    ],
    [
      "another error than is due",
      async function* (conn) {
        try {
          yield* pairs()(conn);
        } catch {
          throw new Error("no");
        }
      },
      /wrong class of error; it should be UnexpectedEof.*by their class/s,
    ],
    [
      "an error where none is due",
      pairs({
        change() {
          throw new Error("oops");
        },
      }),
      /readPairs\(\) threw Error: oops/,
    ],
    [
      "a reset taken for the end",
      pairs({ read: (conn, buffer) => conn.read(buffer).catch(() => null) }),
      /wrong class of error; it should be ConnectionReset\.\nPass it on/,
    ],
    [
      "a closed connection",
      pairs({ atEnd: (conn) => conn.close() }),
      /readPairs\(\) closed the connection/,
    ],
    [
      "a connection that's closed only after a failed read",
      pairs({
        read: (conn, buffer) =>
          conn.read(buffer).catch((error) => {
            conn.close();
            throw error;
          }),
      }),
      /readPairs\(\) closed the connection/,
    ],
    [
      "a connection that it uses after closing it",
      async function* (conn) {
        conn.close();
        yield* pairs()(conn);
      },
      /readPairs\(\) closed the connection/,
    ],
    [
      "bytes that nobody asked for",
      async function* (conn) {
        await conn.write(Uint8Array.of(1));
        yield* pairs()(conn);
      },
      /sent 1 byte, but it should send nothing/,
    ],
    [
      "another result the second time",
      pairs({ change: (pair) => ++runs === 4 ? "xx" : pair }),
      /a different result the second time/,
    ],
    [
      "what is left of another connection",
      pairs({ rest: { text: "" } }),
      /two in use at the same time/,
    ],
    [
      "what a failed call has left",
      async function* (conn) {
        try {
          yield* pairs({ change: (pair) => hasFailed ? "xx" : pair })(conn);
        } catch (error) {
          // Only in the last run of a case.
          hasFailed = error instanceof Deno.errors.ConnectionReset &&
            ++resets === 3;
          throw error;
        }
      },
      /on a good stream, after a call that was meant to fail/,
    ],
    [
      "one buffer for two connections that are read in the same moment",
      pairs({
        async read(conn, buffer) {
          const count = await conn.read(ONE_FOR_ALL);
          buffer.set(ONE_FOR_ALL);
          return count;
        },
      }),
      /two in use at the same time.*such as a buffer/s,
    ],
    [
      "a timer that is left",
      pairs({ atEnd: () => setTimeout(() => {}, 60_000) }),
      /a timer that you started is still running/,
    ],
    [
      "a timer of node:timers/promises that is left after a failure",
      async function* (conn) {
        try {
          yield* pairs()(conn);
        } catch (error) {
          promises.setTimeout(5000);
          throw error;
        }
      },
      /a timer that you started is still running/,
    ],
    [
      "polling while it waits",
      pairs({
        async read(conn, buffer) {
          const timer = setInterval(() => {}, 1);
          try {
            return await conn.read(buffer);
          } finally {
            clearInterval(timer);
          }
        },
      }),
      /runs a timer while it waits/,
    ],
    [
      "a read that is left when its caller leaves",
      async function* (conn) {
        const buffer = new Uint8Array(100);
        let next = conn.read(buffer);
        let text = "";
        for (let count; (count = await next) !== null;) {
          text += new TextDecoder().decode(buffer.subarray(0, count));
          next = conn.read(buffer);
          // Nobody may be left to hear of it.
          next.catch(() => {});
          while (text.length >= 2) {
            if (text.startsWith("!!")) throw new RangeError("not that");
            yield text.slice(0, 2);
            text = text.slice(2);
          }
        }
        if (text !== "") throw new Deno.errors.UnexpectedEof();
      },
      /one of its reads is still waiting/,
    ],
    [
      "a read without await",
      pairs({
        read: (conn, buffer) =>
          Promise.resolve(Number(conn.read(buffer)) || null),
      }),
      /You used the promise that conn\.read\(\) returned as if it were the result/,
    ],
    [
      "reads without end, none of them awaited",
      async function* (conn) {
        const buffer = new Uint8Array(100);
        while (conn.read(buffer) as unknown !== null);
        yield "";
      },
      /1000 calls of conn\.read\(\) were waiting at once/,
    ],
    [
      "an empty buffer",
      async function* (conn) {
        const buffer = new Uint8Array();
        await conn.read(buffer);
        yield new TextDecoder().decode(buffer);
      },
      /read into an empty buffer, so read\(\) returned 0 bytes/,
    ],
    [
      "a string that it writes, though it catches the error",
      async function* (conn) {
        await conn.write("hello" as unknown as Uint8Array).catch(() => {});
        yield* pairs()(conn);
      },
      /passed the string "hello" to conn\.write\(\), which takes bytes.*TextEncoder/s,
    ],
  ],
);

/** Reads exactly `size` bytes. */
type ReadExact = (conn: Deno.Conn, size: number) => Promise<Uint8Array>;

const readExact: ReadExact = async (conn, size) => {
  const data = new Uint8Array(size);
  for (let filled = 0; filled < size;) {
    const count = await conn.read(data.subarray(filled));
    if (count === null) throw new Deno.errors.UnexpectedEof();
    filled += count;
  }
  return data;
};
const buffer = new Uint8Array(100);

testProbes<ReadExact>(
  "checkStream() of one call for each value",
  (trial, answer) =>
    checkStream(trial, {
      name: "readExact",
      open: (conn, size) => () => answer(conn, size),
      cut: "Read on.",
    }, [
      {
        step: "twice three bytes",
        sends: "onetwo!",
        args: [3],
        values: [bytes("one"), bytes("two")],
        ends: "more",
        leaves: "!",
        likely: "No more, and no less.",
      },
      {
        step: "too few bytes",
        sends: "on",
        args: [3],
        ends: Deno.errors.UnexpectedEof,
        likely: "That isn't all.",
      },
    ]),
  { "a right function": readExact },
  [
    [
      "bytes that belong to the next reader",
      async (conn, size) => {
        const large = await readExact(conn, size);
        await conn.read(new Uint8Array(1));
        return large;
      },
      /No more, and no less|took bytes from the connection/,
    ],
    [
      "a view of one buffer",
      async (conn, size) => {
        buffer.set(await readExact(conn, size));
        return buffer.subarray(0, size);
      },
      /changed when later calls were made/,
    ],
    ["one read", async (conn, size) => {
      const data = new Uint8Array(size);
      if (await conn.read(data) === null) throw new Deno.errors.UnexpectedEof();
      return data;
    }, /returned|Read on|where it must throw/],
  ],
);

/** Reads a number of one byte, and as many bytes as it says, up to 9. */
function readSized(makeRoom: (size: number) => void) {
  return async (conn: Deno.Conn) => {
    const [size] = await readExact(conn, 1);
    makeRoom(size);
    if (size > 9) throw new RangeError("too long");
    return await readExact(conn, size);
  };
}

const { Uint8Array: ORIGINAL } = globalThis;

testProbes(
  "checkStream() with a limit",
  async (trial, answer: ReturnType<typeof readSized>) => {
    await checkStream(trial, {
      name: "readSized",
      open: (conn) => () => answer(conn),
      cut: "Read on.",
    }, [{
      step: "200 bytes",
      sends: Uint8Array.of(200),
      then: "silence",
      ends: RangeError,
      maxRoom: 100,
      likely: "200 are too many.",
    }]);
    assertEquals(Uint8Array, ORIGINAL);
  },
  { "no room": readSized(() => {}) },
  [
    [
      "an array",
      readSized((size) => new Uint8Array(size)),
      /allocated more bytes/,
    ],
    [
      "a buffer",
      readSized((size) => new ArrayBuffer(size)),
      /allocated more bytes/,
    ],
    [
      "an array of a class",
      readSized((size) => new (class extends Uint8Array {})(size)),
      /allocated more bytes/,
    ],
    [
      "an error of the machine where a limit's is due",
      readSized((size) => new Uint8Array(-size)),
      /can't have a negative length/,
    ],
  ],
);

/** Sends a question, ends its side, and reads the answer. */
type Ask = (conn: Deno.Conn, question: Uint8Array) => Promise<string>;

function ask(change: (question: Uint8Array) => Uint8Array): Ask {
  return async (conn, question) => {
    const data = change(question);
    for (let sent = 0; sent < data.length;) {
      sent += await conn.write(data.subarray(sent));
    }
    await conn.closeWrite();
    const chunk = new Uint8Array(100);
    let text = "";
    for (let count; (count = await conn.read(chunk)) !== null;) {
      text += new TextDecoder().decode(chunk.subarray(0, count));
    }
    return text;
  };
}

testProbes<Ask>(
  "checkStream() of an answer that writes, too",
  (trial, answer) =>
    checkStream(trial, {
      name: "ask",
      open: (conn, question) => () => answer(conn, question),
      cut: "Read to the end.",
    }, [
      {
        step: "ask",
        args: [bytes("how many?")],
        writes: "how many?",
        afterEnd: true,
        sends: "seven",
        values: ["seven"],
        ends: "more",
        writeSize: 4,
        likely: "Ask, end, and read.",
      },
      {
        step: "the connection breaks",
        args: [bytes("how many?")],
        breakAt: 4,
        writes: "how ",
        then: "silence",
        ends: Deno.errors.BrokenPipe,
        likely: "Pass it on.",
      },
    ]),
  { "a right function": ask((question) => question) },
  [
    [
      "another question",
      ask((question) => question.slice(1)),
      /sent only 8 of 9 bytes/,
    ],
    [
      "the whole buffer instead of a view",
      ask((question) => new Uint8Array(question.buffer)),
      /part of a larger buffer|sent .* bytes/,
    ],
    [
      "a changed question",
      async (conn, question) => {
        const text = await ask((question) => question)(conn, question);
        question.fill(0);
        return text;
      },
      /changed its arguments/,
    ],
  ],
);

testProbes<ReadPairs>(
  "checkStream() of an endless stream",
  (trial, answer) =>
    checkStream(trial, { name: "readPairs", open: answer, cut: "" }, [
      {
        step: "for ever",
        endless: "x",
        ends: RangeError,
        likely: "Stop in time.",
      },
    ]),
  {
    "one that stops": pairs({
      change() {
        throw new RangeError("too many");
      },
    }),
  },
  [[
    "one that reads on and on",
    async function* (conn) {
      const chunk = new Uint8Array(4096);
      let size = 0;
      while (await conn.read(chunk) !== null) size++;
      yield `${size} reads`;
    },
    /has read over 262144 bytes and keeps reading\.\nStop in time/,
  ]],
);

testProbes<Ask>(
  "checkStream() of an answer that closes",
  (trial, answer) =>
    checkStream(trial, {
      name: "ask",
      conn: "closed",
      open: (conn) => () => answer(conn, new Uint8Array()),
      cut: "",
    }, [
      { step: "read", sends: "a", values: ["a"], ends: "more", likely: "" },
      { step: "reset", then: "reset", likely: "" },
    ]),
  {
    "one that closes on every path": async (conn, question) => {
      using _ = conn;
      return await ask((question) => question)(conn, question);
    },
  },
  [
    ["one that never closes", ask((question) => question), /is still open/],
    [
      "one that closes only when all is well",
      async (conn, question) => {
        const text = await ask((question) => question)(conn, question);
        conn.close();
        return text;
      },
      /is still open/,
    ],
    [
      "one that closes later",
      async (conn, question) => {
        try {
          return await ask((question) => question)(conn, question);
        } finally {
          Promise.resolve().then(() => promises.setTimeout(0)).then(() =>
            conn.close()
          );
        }
      },
      /is still open/,
    ],
  ],
);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Makes a function that reads one word with each call. */
type OpenWords = (conn: Deno.Conn) => () => Promise<string | null>;

function openWords(makeRest: () => { text: string }): OpenWords {
  return (conn) => {
    const rest = makeRest();
    return async () => {
      const buffer = new Uint8Array(64 * 1024);
      while (!rest.text.includes(" ")) {
        const count = await conn.read(buffer);
        if (count === null) return null;
        rest.text += new TextDecoder().decode(buffer.subarray(0, count));
      }
      const [word] = rest.text.split(" ", 1);
      rest.text = rest.text.slice(word.length + 1);
      return word;
    };
  };
}

const sharedRest = { text: "" };

testProbes<OpenWords>(
  "checkStream() of calls that keep what they have read too much",
  (trial, open) =>
    checkStream(trial, { name: "readWord", open, cut: "Read on." }, [
      { sends: "one two ", values: ["one", "two"], likely: "Two words." },
      { sends: "three four ", values: ["three", "four"], likely: "Two words." },
    ]),
  { "what is kept for each connection": openWords(() => ({ text: "" })) },
  [[
    "what is kept for all of them",
    openWords(() => sharedRest),
    /not with two in use at the same time/,
  ]],
);
