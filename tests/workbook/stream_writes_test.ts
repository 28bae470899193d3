import { assertMatch, assertRejects } from "@std/assert";
import { readToEnd, writeAll } from "../../lib/net/mod.ts";
import {
  CheckFailed,
  checkStream,
  exercise,
  type StreamCase,
} from "../../lib/workbook/kit/mod.ts";

/** Sends a request of five bytes, and reads a reply to its end. */
type Ask = (conn: Deno.Conn, request: Uint8Array) => Promise<Uint8Array>;

const REQUEST = new TextEncoder().encode("hello");
const CASES: StreamCase[] = [{
  step: "the peer answers",
  args: [REQUEST],
  sends: "good bye",
  afterEnd: true,
  writes: REQUEST,
  writeSize: 2,
  values: [new TextEncoder().encode("good bye")],
  likely: "Read to the end.",
}];

const ask = exercise<Ask>({
  id: "0.1",
  title: "Ask",
  solution: async (conn, request) => {
    await writeAll(conn, request);
    await conn.closeWrite();
    return await readToEnd(conn);
  },
  hints: [],
  read: "Asking",
  check: (attempt, trial) =>
    checkStream(trial, {
      name: "ask",
      open: (conn, ...requests: Uint8Array[]) => async () => {
        const request = requests.shift();
        return request === undefined ? null : await attempt(conn, request);
      },
      cut: "Read on.",
    }, CASES),
});

Deno.test("checkStream() accepts an answer that writes and reads", async () => {
  await ask.check(ask.solution);
});

const WRONG: [what: string, answer: Ask, diagnosis: RegExp][] = [
  ["reads once", async (conn, request) => {
    await writeAll(conn, request);
    await conn.closeWrite();
    const buffer = new Uint8Array(100);
    return buffer.subarray(0, await conn.read(buffer) ?? 0);
  }, /^1 byte came, where 8 were due.\nRead on/],
  ["sends too little", async (conn, request) => {
    await conn.write(request);
    await conn.closeWrite();
    return await readToEnd(conn);
  }, /sent only 2 of the 5 bytes/],
  ["writes without end", async (conn, request) => {
    while (true) await conn.write(request);
  }, /sent more than the 5 bytes/],
  ["writes nothing, again and again", async (conn) => {
    while (true) await conn.write(new Uint8Array());
  }, /write\(\) got no bytes 100 times/],
  ["writes twice at once", async (conn, request) => {
    await Promise.all([
      writeAll(conn, request.subarray(0, 2)),
      writeAll(conn, request.subarray(2)),
    ]);
    await conn.closeWrite();
    return await readToEnd(conn);
  }, /started a write while another one was in progress/],
  ["sends the whole buffer of a view", async (conn, request) => {
    await writeAll(conn, new Uint8Array(request.buffer));
    await conn.closeWrite();
    return await readToEnd(conn);
  }, /as part of a larger buffer/],
  ["closes the connection", async (conn, request) => {
    using _closed = conn;
    return await ask.solution(conn, request);
  }, /closed the connection/],
];

for (const [what, answer, diagnosis] of WRONG) {
  Deno.test(`checkStream() rejects an answer that ${what}`, async () => {
    const error = await assertRejects(
      () => ask.check(answer, { stallMs: 1000 }),
      CheckFailed,
    );
    assertMatch(error.message, diagnosis);
  });
}

Deno.test("checkStream() rejects an answer that returns with a write under way", async () => {
  const open = (conn: Deno.Conn) => {
    let isDone = false;
    return async () => {
      if (isDone) return null;
      isDone = true;
      conn.write(REQUEST).catch(() => {});
      await conn.read(new Uint8Array(1));
      conn.write(REQUEST).catch(() => {});
      return "done";
    };
  };
  const writing = exercise<typeof open>({
    ...ask,
    solution: open,
    check: (attempt, trial) =>
      checkStream(trial, { name: "write", open: attempt, cut: "" }, [{
        step: "it writes",
        sends: "x",
        writes: "hellohello",
        values: ["done"],
        likely: "",
      }]),
  });
  const error = await assertRejects(() => writing.check(open), CheckFailed);
  assertMatch(error.message, /returned while a write was still in progress/);
});
