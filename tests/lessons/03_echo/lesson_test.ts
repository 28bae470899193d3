import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/03_echo/exercises.ts";
import { lesson, serve } from "../../../lessons/03_echo/lesson.ts";
import { connectTcp, readExact, writeAll } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording, recordOnce } from "../record.ts";
import { echoMistakes, exchangeMistakes } from "./wrong_answers.ts";

testExercises("echo", exercises, {
  "3.1": echoMistakes,
  "3.2": exchangeMistakes,
});

type Echo = (conn: Deno.Conn) => Promise<void>;
type Exchange = (conn: Deno.Conn, data: Uint8Array) => Promise<Uint8Array>;

testAccepted<Echo>(exercises[0], {
  "with a buffer of one byte": async (conn) => {
    const buffer = new Uint8Array(1);
    while (await conn.read(buffer) !== null) await conn.write(buffer);
  },
  "with a new buffer for each read, and recursion": async function again(conn) {
    const buffer = new Uint8Array(100_000);
    const count = await conn.read(buffer);
    if (count === null) return;
    await writeAll(conn, buffer.slice(0, count));
    return again(conn);
  },
  "with a generator, and an end of its own side": async (conn) => {
    async function* pieces() {
      const buffer = new Uint8Array(512);
      let count: number | null;
      while ((count = await conn.read(buffer)) !== null) {
        yield buffer.slice(0, count);
      }
    }
    for await (const piece of pieces()) await writeAll(conn, piece);
    await conn.closeWrite();
  },
});

testAccepted<Exchange>(exercises[1], {
  "writing and reading 64 KiB by turns": async (conn, data) => {
    const all = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += 65_536) {
      const piece = data.subarray(at, at + 65_536);
      await writeAll(conn, piece);
      all.set(await readExact(conn, piece.length), at);
    }
    return all;
  },
  "collecting pieces in an array": async (conn, data) => {
    const sending = writeAll(conn, data);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let missing = data.length;
    while (missing > 0) {
      const buffer = new Uint8Array(Math.min(missing, 1_000_000));
      const count = await conn.read(buffer);
      if (count === null) throw new Error("too short");
      pieces.push(buffer.subarray(0, count));
      missing -= count;
    }
    await sending;
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  },
  "with the helpers of lib/net": async (conn, data) => {
    const [answer] = await Promise.all([
      readExact(conn, data.length),
      writeAll(conn, data),
    ]);
    return answer;
  },
});

const recordLesson = recordOnce(lesson);

Deno.test("lesson 3 shows each question and the same bytes as its answer", async () => {
  const arrows = (await recordLesson()).all("arrow")
    .filter(({ label }) => label !== "the end");
  assertEquals(arrows.length, 4);
  for (const [question, answer] of [arrows.slice(0, 2), arrows.slice(2)]) {
    assertEquals([question.from, answer.from], ["client", "server"]);
    assertEquals(question.label, answer.label);
  }
});

Deno.test("lesson 3 shows more reads than writes, and null at the end", async () => {
  const recording = await recordLesson();
  const reads = recording.all("call").filter(({ call }) =>
    call.startsWith("read()")
  );
  assertEquals(reads.map(({ call }) => Number(call.match(/\d+/)![0])), [
    4,
    4,
    2,
  ]);
  const end = recording.all("arrow").find(({ label }) => label === "the end");
  assertEquals(end?.received, "read() gave null");
  assertEquals(recording.fact("reads"), String(reads.length + 1));
});

Deno.test("lesson 3 shows how much one write took", async () => {
  const recording = await recordLesson();
  const [taken, offered] = ["taken", "offered"].map((name) =>
    Number(recording.fact(name).match(/\((\d+) bytes\)/)![1])
  );
  assert(taken > 0 && taken <= offered);
});

Deno.test("lesson 3 serves an echo until it is told to stop", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const [port] = recording.fact("netcat").match(/\d+$/)!;
  using client = await connectTcp(Number(port));
  const text = new TextEncoder().encode("hello\n");
  await writeAll(client, text);
  assertEquals(await readExact(client, text.length), text);
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /1 client served, 6 bytes echoed/);
});
