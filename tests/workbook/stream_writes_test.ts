import { readToEnd, writeAll } from "../../lib/net/mod.ts";
import { checkStream, type StreamCase } from "../../lib/workbook/kit/mod.ts";
import { type Probe, testProbes } from "./probes.ts";

/** Sends a request of five bytes, and reads a reply to its end. */
type Ask = (conn: Deno.Conn, request: Uint8Array) => Promise<Uint8Array>;

const CASES = ["hello", "how are you?"].map((request): StreamCase => ({
  step: "the peer answers when it has the end of the request",
  args: [bytes(request)],
  sends: "good bye",
  afterEnd: true,
  writes: request,
  writeSize: 2,
  values: [bytes("good bye")],
  likely: "Read to the end.",
}));

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A right answer. */
const ask: Ask = async (conn, request) => {
  await writeAll(conn, request);
  await conn.closeWrite();
  return await readToEnd(conn);
};

/** Writes the request in another way, and then does all the rest. */
function writing(
  write: (conn: Deno.Conn, request: Uint8Array) => Promise<unknown>,
): Ask {
  return async (conn, request) => {
    await write(conn, request);
    return await ask(conn, new Uint8Array());
  };
}

let started = 0;

const WRONG: Probe<Ask>[] = [
  ["one read only", async (conn, request) => {
    await writeAll(conn, request);
    await conn.closeWrite();
    const buffer = new Uint8Array(100);
    return buffer.subarray(0, await conn.read(buffer) ?? 0);
  }, /^Expected 8 bytes, got 1.\nRead on/],
  [
    "too little that's written",
    writing((conn, request) => conn.write(request)),
    /sent only 2 of 5 bytes/,
  ],
  [
    "writes without end",
    writing(async (conn, request) => {
      while (true) await conn.write(request);
    }),
    /sent more than the expected 5 bytes/,
  ],
  [
    "writes of nothing without end",
    writing(async (conn) => {
      while (true) await conn.write(new Uint8Array());
    }),
    /no bytes to conn\.write\(\) 100 times/,
  ],
  [
    "two writes at once",
    writing((conn, request) =>
      Promise.all([
        writeAll(conn, request.subarray(0, 2)),
        writeAll(conn, request.subarray(2)),
      ])
    ),
    /started a write while another one was in progress/,
  ],
  [
    "the count of another connection's writes",
    writing(async (conn, request) => {
      started = 0;
      while (started < request.length) {
        const count = await conn.write(request.subarray(started));
        started += count;
      }
    }),
    /two in use at the same time/,
  ],
];

testProbes<Ask>(
  "checkStream() of an answer that writes first",
  (trial, answer) =>
    checkStream(trial, {
      name: "ask",
      open: (conn, ...requests: Uint8Array[]) => async () => {
        const request = requests.shift();
        return request === undefined ? null : await answer(conn, request);
      },
      cut: "Read on.",
    }, CASES),
  { "a right answer": ask },
  WRONG,
);

testProbes<(conn: Deno.Conn) => Promise<void>>(
  "checkStream() of an answer that only writes",
  (trial, answer) =>
    checkStream(trial, {
      name: "greet",
      open(conn) {
        let isDone = false;
        return async () => {
          if (isDone) return null;
          isDone = true;
          await answer(conn);
          return "done";
        };
      },
      cut: "",
    }, [{ step: "it writes", writes: "hi", values: ["done"], likely: "" }]),
  { "a right answer": (conn) => writeAll(conn, bytes("hi")) },
  [
    ["a write under way", (conn) => {
      conn.write(bytes("hi")).catch(() => {});
      return Promise.resolve();
    }, /returned while a write was still in progress/],
    ["its own side closed", async (conn) => {
      await writeAll(conn, bytes("hi"));
      await conn.closeWrite();
    }, /ended your side of the connection/],
    ["other bytes", async (conn) => {
      await writeAll(conn, bytes("ho"));
    }, /sent the wrong bytes/],
  ],
);
