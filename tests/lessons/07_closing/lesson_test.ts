import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/07_closing/exercises.ts";
import { lesson } from "../../../lessons/07_closing/lesson.ts";
import { StateReader } from "../../../lessons/07_closing/states.ts";
import {
  closeQuietly,
  listenTcp,
  readToEnd,
  writeAll,
} from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { record } from "../record.ts";
import {
  askAndHearMistakes,
  closeGracefullyMistakes,
} from "./wrong_answers.ts";

testExercises("closing", exercises, {
  "7.1": askAndHearMistakes,
  "7.2": closeGracefullyMistakes,
});

type AskAndHear = (
  conn: Deno.Conn,
  question: Uint8Array,
) => Promise<Uint8Array>;
type CloseGracefully = (
  conn: Deno.Conn,
  options?: { graceMs?: number },
) => Promise<void>;

testAccepted<AskAndHear>(exercises[0], {
  "with the helpers of lib/net": async (conn, question) => {
    await writeAll(conn, question);
    await conn.closeWrite();
    return await readToEnd(conn);
  },
  "reading from the beginning, while it still writes": async (
    conn,
    question,
  ) => {
    const [answer] = await Promise.all([
      readToEnd(conn),
      (async () => {
        await writeAll(conn, question);
        await conn.closeWrite();
      })(),
    ]);
    return answer;
  },
  "with a buffer that grows, and small pieces": async (conn, question) => {
    for (let at = 0; at < question.length; at += 50_000) {
      await writeAll(conn, question.subarray(at, at + 50_000));
    }
    await conn.closeWrite();
    let answer = new Uint8Array(8);
    let length = 0;
    while (true) {
      if (length === answer.length) {
        const larger = new Uint8Array(answer.length * 2);
        larger.set(answer);
        answer = larger;
      }
      const count = await conn.read(answer.subarray(length));
      if (count === null) return answer.slice(0, length);
      length += count;
    }
  },
});

testAccepted<CloseGracefully>(exercises[1], {
  "with a race, and a buffer of one byte": async (
    conn,
    { graceMs = 1000 } = {},
  ) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    async function drain(): Promise<void> {
      try {
        await conn.closeWrite();
        const buffer = new Uint8Array(1024);
        while (await conn.read(buffer) !== null);
      } catch {
        // Gone, or interrupted.
      }
    }
    await Promise.race([drain(), late]);
    clearTimeout(timer);
    closeQuietly(conn);
  },
  "with an abort signal, and reads that begin before its side ends": async (
    conn,
    { graceMs = 1000 } = {},
  ) => {
    const grace = new AbortController();
    const timer = setTimeout(() => grace.abort(), graceMs);
    grace.signal.addEventListener("abort", () => closeQuietly(conn));
    await Promise.allSettled([readToEnd(conn), conn.closeWrite()]);
    clearTimeout(timer);
    closeQuietly(conn);
  },
  "by recursion": async (conn, { graceMs = 1000 } = {}) => {
    const timer = setTimeout(() => closeQuietly(conn), graceMs);
    async function again(): Promise<void> {
      if (await conn.read(new Uint8Array(5000)) !== null) return await again();
    }
    try {
      await conn.closeWrite();
      await again();
    } catch {
      // Gone, or interrupted.
    }
    clearTimeout(timer);
    closeQuietly(conn);
  },
});

Deno.test("lesson 7 shows what ends, what is lost, and what is left", async () => {
  const recording = await record(lesson);
  const ends = recording.all("arrow").filter(({ label }) =>
    label === "FIN" || label === "RST"
  );
  assertEquals(ends.map(({ from, label }) => `${from}: ${label}`), [
    "client: FIN",
    "server: FIN",
    "client: FIN",
    "client: RST",
  ]);
  assertEquals(ends[2].received, "read() gives null");
  assertEquals(ends[3].received, "read() throws ConnectionReset");

  const calls: Record<string, string> = {
    "closeWrite(), then write()": "throws BrokenPipe",
    "closeWrite(), then read()": "gives 5",
    "close(), then read()": "throws BadResource",
    "close(), then write()": "throws BadResource",
    "close(), then close()": "throws BadResource",
    "close() during read()": "throws Interrupted",
    "the peer's close(), then read()": "gives null",
  };
  for (const [call, result] of Object.entries(calls)) {
    assertEquals(recording.fact(call), result);
  }

  const parts = /^([\d.]+) MiB of ([\d.]+) MiB, then (\w+)$/;
  const [, kept, written, end] = recording.fact("half-close and drain")
    .match(parts)!;
  assertEquals([kept, end], [written, "null"]);
  if (Deno.build.os !== "linux") return;
  const [, received, sent, how] = recording.fact("close() at once")
    .match(parts)!;
  assert(Number(received) < Number(sent));
  assertEquals(how, "ConnectionReset");
  assertEquals(
    recording.fact("the peer's close(), later write()"),
    "throws BrokenPipe",
  );
});

/** Why this system shows no states, if it does not. */
async function statesMissing(): Promise<string | undefined> {
  using listener = listenTcp();
  return await new StateReader(listener.addr.port).missing();
}

Deno.test({
  name: "lesson 7 shows the kernel's states through a whole life",
  ignore: await statesMissing() !== undefined,
  async fn() {
    const recording = await record(lesson);
    const life: [string, RegExp][] = [
      ["listen()", /LISTEN/],
      ["connect()", /client ESTAB +server ESTAB/],
      ["client: closeWrite()", /client FIN-WAIT-2 +server CLOSE-WAIT/],
      ["server: write, close()", /client FIN-WAIT-2 +server LAST-ACK/],
      ["client: reads it all", /client TIME-WAIT +server -/],
      ["client: close()", /client TIME-WAIT +server -/],
      ["server ends first", /client - +server TIME-WAIT/],
    ];
    for (const [moment, states] of life) {
      assertMatch(recording.fact(moment), states);
    }
    assertEquals(recording.fact("the port again"), "listen() works");
  },
});

Deno.test({
  name: "lesson 7 goes on without the states where ss may not be started",
  permissions: { net: true, read: true },
  async fn() {
    const recording = await record(lesson);
    const told = recording.all("say").filter(({ text }) =>
      text.includes("states are")
    );
    assertEquals(told.length, 1);
    assertEquals(recording.all("step").length, 5);
  },
});
