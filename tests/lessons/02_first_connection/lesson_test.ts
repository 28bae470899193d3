import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:net";
import { exercises } from "../../../lessons/02_first_connection/exercises.ts";
import { lesson, serve } from "../../../lessons/02_first_connection/lesson.ts";
import { connectTcp, readToEnd } from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { record, Recording } from "../record.ts";
import { fetchGreetingMistakes, greetOnceMistakes } from "./wrong_answers.ts";

testExercises("first_connection", exercises, {
  "2.1": greetOnceMistakes,
  "2.2": fetchGreetingMistakes,
});

type GreetOnce = (listener: Deno.Listener, greeting: string) => Promise<void>;
type FetchGreeting = (port: number) => Promise<string>;

testAccepted<GreetOnce>(exercises[0], {
  "with try and finally, and failures kept quiet": async (listener, text) => {
    const conn = await listener.accept();
    try {
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
    } catch {
      // The client has left.
    } finally {
      conn.close();
    }
  },
  "with a pipe, which closes at its end": async (listener, text) => {
    const conn = await listener.accept();
    await new Blob([text]).stream().pipeTo(conn.writable);
  },
  "with a writer, and one encodeInto a time": async (listener, text) => {
    const conn = await listener.accept();
    const writer = conn.writable.getWriter();
    const buffer = new Uint8Array(100_000);
    for (let at = 0; at < text.length;) {
      const { read, written } = new TextEncoder().encodeInto(
        text.slice(at, at + buffer.length),
        buffer,
      );
      await writer.write(buffer.slice(0, written));
      at += read;
    }
    await writer.close();
  },
  "with the listener's iterator": async (listener, text) => {
    const { value: conn } = await listener[Symbol.asyncIterator]().next();
    using _conn = conn;
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) {
      sent += await conn.write(bytes.subarray(sent, sent + 1000));
    }
    await conn.closeWrite();
  },
});

testAccepted<FetchGreeting>(exercises[1], {
  "with Response": async (port) => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return await new Response(conn.readable).text();
  },
  "with TextDecoderStream": async (port) => {
    const { readable } = await Deno.connect({ hostname: "127.0.0.1", port });
    let text = "";
    for await (const part of readable.pipeThrough(new TextDecoderStream())) {
      text += part;
    }
    return text;
  },
  "with node:net": (port) =>
    new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1").setEncoding("utf8");
      socket.on("data", (part) => text += part);
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    }),
  "with copies of all parts, decoded at the end": async (port) => {
    const conn = await Deno.connect({ port });
    try {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      while (true) {
        const buffer = new Uint8Array(1000);
        const count = await conn.read(buffer);
        if (count === null) return await new Blob(parts).text();
        parts.push(buffer.subarray(0, count));
      }
    } finally {
      conn.close();
    }
  },
  "with one buffer that grows": async (port) => {
    using conn = await Deno.connect({ port });
    let buffer = new Uint8Array(1);
    let filled = 0;
    while (true) {
      const count = await conn.read(buffer.subarray(filled));
      if (count === null) break;
      filled += count;
      if (filled < buffer.length) continue;
      const larger = new Uint8Array(2 * buffer.length);
      larger.set(buffer);
      buffer = larger;
    }
    return new TextDecoder().decode(buffer.subarray(0, filled));
  },
});

Deno.test("lesson 2 connects and writes before it accepts", async () => {
  const recording = await record(lesson);
  assertEquals(recording.all("call").map(({ lane, call }) => [lane, call]), [
    ["client", "connect() returned"],
    ["client", "write() took 5"],
    ["server", "accept() returned"],
    ["client", "close()"],
  ]);
  const [hello, answer, end] = recording.all("arrow");
  assertEquals([hello.from, hello.received], ["client", "read() gave 5"]);
  assertEquals([answer.from, answer.label], ["server", '3 bytes "hi!"']);
  assertEquals([end.from, end.received], ["server", "read() gave null"]);
});

Deno.test("lesson 2 shows two clients at one port by their own ports", async () => {
  const recording = await record(lesson);
  const [a, forA, b, forB] = [
    "A's own socket",
    "server's, for A",
    "B's own socket",
    "server's, for B",
  ].map((name) => recording.fact(name).split(" -> "));
  const listening = recording.fact("listening").replace("tcp://", "");
  assertEquals(forA, a.toReversed());
  assertEquals(forB, b.toReversed());
  assertEquals([forA[0], forB[0]], [listening, listening]);
  assert(a[0] !== b[0]);
});

Deno.test("lesson 2 ends one conversation, and nothing else with it", async () => {
  const recording = await record(lesson);
  assertEquals(recording.fact("A reads"), "null");
  assertEquals(
    recording.all("fact").filter(({ name }) => name === "B reads")
      .map(({ value }) => value),
    ['"still here"', '"still here, too"'],
  );
  assertEquals(recording.fact("C reads"), '"welcome"');
});

Deno.test("lesson 2 is refused where nobody listens any more", async () => {
  // Another process can be given the port that has just been closed.
  let outcome = "";
  for (let run = 0; run < 5 && !outcome.startsWith("ConnectionR"); run++) {
    outcome = (await record(lesson)).fact("D's connect()");
  }
  assertMatch(outcome, /^ConnectionRefused, /);
});

Deno.test("lesson 2 serves greetings until it is told to stop", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("curl").match(/:(\d+)/)![1]);
  for (const number of [1, 2]) {
    using client = await connectTcp(port);
    const greeting = new TextDecoder().decode(await readToEnd(client));
    const own = client.localAddr.port;
    assertEquals(
      greeting,
      `Hello, client ${number}! You are tcp://127.0.0.1:${own}.\n`,
    );
  }
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /2 clients greeted at port \d+/);
});
