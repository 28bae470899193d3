import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/06_many_clients/lesson.ts";
import { connectTcp, readExact } from "../../../lib/net/mod.ts";
import { describeServeError } from "../../../lib/workbook/cli/run_lesson.ts";
import { FakeConn } from "../../../lib/workbook/kit/mod.ts";
import { Recording, recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);
const onLinux = Deno.build.os === "linux";

Deno.test("lesson 6 shows that a silent client holds up only a server that awaits it", async () => {
  // The events in each server's lanes, as one string.
  const stories: string[] = [];
  for (const event of (await recordLesson()).events) {
    if (event.kind === "lanes") stories.push("");
    if (event.kind === "call") stories.push(`${stories.pop()}${event.call}; `);
    if (event.kind === "arrow") {
      stories.push(`${stories.pop()}${event.received}; `);
    }
  }
  const [awaiting, starting] = stories;
  assertEquals(stories.length, 2);
  assertMatch(
    awaiting,
    /accepts 1;.*2 is waiting: .*1 closes; accepts 2;.*2 gets its answer/,
  );
  assertMatch(starting, /accepts 2.*2 gets its answer; 1 is still silent/);
});

Deno.test("lesson 6 serves 101 clients at once", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("conversations open at once"), "101");
});

Deno.test("lesson 6 fills the backlog", async () => {
  const recording = await recordLesson();
  assert(parseInt(recording.fact("connected")) >= 1);
  if (!onLinux) return;
  assertEquals(recording.fact("connected"), "3 clients");
  assertMatch(recording.fact("client 4"), /no answer .* it waits/);
  assertMatch(recording.fact("client 4 then"), /^connected, after/);
});

Deno.test({
  name: "lesson 6 shows that accept() throws for a client that has reset",
  ignore: !onLinux,
  async fn() {
    const recording = await recordLesson();
    assertEquals(recording.fact("accept()"), "threw NotConnected");
    assertMatch(recording.fact("for await"), /^threw NotConnected/);
    assertEquals(
      recording.fact("serve() in lib/net"),
      "reported NotConnected, and served client 2",
    );
  },
});

Deno.test("describeServeError() tells a client that left from an accept() that failed", () => {
  const { NotConnected } = Deno.errors;
  const descriptions: [string, Error, Deno.Conn?][] = [
    ["a client left before it was accepted", new NotConnected("gone")],
    ["can't accept a client: Error: no files", new Error("no files")],
    ["lost a client: Error: reset", new Error("reset"), new FakeConn()],
  ];
  for (const [description, error, conn] of descriptions) {
    assertEquals(describeServeError(error, conn), description);
  }
});

Deno.test("lesson 6 --serve answers all clients at once and counts them", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("netcat").match(/\d+$/)![0]);
  using silent = await connectTcp(port);
  await expectLine(silent, "you are client 1, at once: 1\n");
  {
    using second = await connectTcp(port);
    await expectLine(second, "you are client 2, at once: 2\n");
    await second.write(new TextEncoder().encode("?\n"));
    await expectLine(second, "at once: 2\n");
  }
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /2 clients served, at most 2 at once/);
});

async function expectLine(conn: Deno.Conn, line: string): Promise<void> {
  const bytes = await readExact(conn, line.length);
  assertEquals(new TextDecoder().decode(bytes), line);
}
