import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/02_first_connection/lesson.ts";
import { connectTcp, readToEnd } from "../../../lib/net/mod.ts";
import { record, recordOnce, recordServer } from "../record.ts";

const recordLesson = recordOnce(lesson);

Deno.test("lesson 2 connects and writes before it accepts", async () => {
  const recording = await recordLesson();
  assertEquals(recording.all("call").map(({ lane, call }) => [lane, call]), [
    ["client", "connect() returned"],
    ["server", "accept() returned"],
    ["server", "read() returned 5"],
    ["client", "close()"],
  ]);
  const [hello, answer, end] = recording.all("arrow");
  assertEquals([hello.from, hello.sent], ["client", "write() returned 5"]);
  // The bytes arrive before the server calls accept().
  const accepted = recording.all("call")
    .find(({ call }) => call === "accept() returned")!;
  assert(hello.atMs <= accepted.atMs);
  assertEquals([answer.from, answer.label], ["server", '3 bytes "hi!"']);
  assertEquals([end.from, end.received], ["server", "read() returned null"]);
});

Deno.test("lesson 2 tells two clients of one server port apart by their ports", async () => {
  const recording = await recordLesson();
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

Deno.test("lesson 2 ends one connection without ending another", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("A reads"), "null");
  assertEquals(
    recording.all("fact").filter(({ name }) => name === "B reads")
      .map(({ value }) => value),
    ['"still here"', '"still here, too"'],
  );
  assertEquals(recording.fact("C reads"), '"welcome"');
});

Deno.test("lesson 2 is refused once nothing is listening", async () => {
  // Another process can be given the port that has just been closed.
  let outcome = "";
  for (let run = 0; run < 5 && !outcome.startsWith("ConnectionR"); run++) {
    outcome = (await record(lesson)).fact("D's connect()");
  }
  assertMatch(outcome, /^ConnectionRefused, /);
});

Deno.test("lesson 2 serves greetings until you stop it", async () => {
  const recording = await recordServer(serve, async (recording) => {
    const port = Number(recording.fact("curl").match(/:(\d+)/)![1]);
    for (const number of [1, 2]) {
      using client = await connectTcp(port);
      const own = client.localAddr.port;
      assertEquals(
        new TextDecoder().decode(await readToEnd(client)),
        `Hello, client ${number}! You are tcp://127.0.0.1:${own}.\n`,
      );
    }
  });
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /2 clients greeted at port \d+/);
});
