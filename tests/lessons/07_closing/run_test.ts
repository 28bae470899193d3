import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson } from "../../../lessons/07_closing/lesson.ts";
import { StateReader } from "../../../lessons/07_closing/states.ts";
import { listenTcp } from "../../../lib/net/mod.ts";
import { record, recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);
const onLinux = Deno.build.os === "linux";

Deno.test("lesson 7 shows what a FIN and an RST do to the other end", async () => {
  const ends = (await recordLesson()).all("arrow")
    .filter(({ label }) => label === "FIN" || label === "RST")
    .map(({ from, label, received }) => `${from}: ${label}, ${received}`);
  assertEquals(ends, [
    "client: FIN, read() returned null",
    "server: FIN, read() returned null",
    "client: FIN, read() returns null",
    "client: RST, read() throws ConnectionReset",
  ]);
});

Deno.test("lesson 7 shows what each call does after a close", async () => {
  const recording = await recordLesson();
  const calls: Record<string, string> = {
    "closeWrite(), then write()": "throws BrokenPipe",
    "closeWrite(), then read()": "returns 5",
    "close(), then read()": "throws BadResource",
    "close(), then write()": "throws BadResource",
    "close(), then close()": "throws BadResource",
    "close() during read()": "throws Interrupted",
    "the peer's close(), then read()": "returns null",
    ...onLinux && { "the peer's close(), later write()": "throws BrokenPipe" },
  };
  for (const [call, result] of Object.entries(calls)) {
    assertEquals(recording.fact(call), result);
  }
});

Deno.test("lesson 7 loses a reply by closing at once, but not by draining", async () => {
  const recording = await recordLesson();
  function outcome(fact: string): string[] {
    const parts = /^([\d.]+) MiB of ([\d.]+) MiB, then (\w+)$/;
    return recording.fact(fact).match(parts)!.slice(1);
  }
  const [kept, written, end] = outcome("half-close and drain");
  assertEquals([kept, end], [written, "null"]);
  if (!onLinux) return;
  const [received, sent, how] = outcome("close() at once");
  assert(Number(received) < Number(sent));
  assertEquals(how, "ConnectionReset");
});

/** Explains why this system shows no states. */
async function statesMissing(): Promise<string | undefined> {
  using listener = listenTcp();
  return await new StateReader(listener.addr.port).missing();
}

Deno.test({
  name: "lesson 7 shows the kernel's states from listen() to TIME-WAIT",
  ignore: await statesMissing() !== undefined,
  async fn() {
    const recording = await recordLesson();
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
  name: "lesson 7 runs without the states if it isn't allowed to start ss",
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
