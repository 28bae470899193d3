import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/14_many_peers/lesson.ts";
import { bindUdp, type DatagramSocket } from "../../../lib/net/mod.ts";
import { Recording, recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);

Deno.test("lesson 14 shows one socket for three clients, where TCP needs four", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("sockets, over TCP"), "4");
  assertEquals(recording.fact("sockets, over UDP"), "1");
  const { rows } = recording.all("table")[0];
  assertEquals(rows.map(([, asked, got]) => `${asked} ${got}`), [
    '"I am ann" "hello, ann"',
    '"I am bob" "hello, bob"',
    '"I am cid" "hello, cid"',
  ]);
  assertEquals(new Set(rows.map(([from]) => from)).size, 3);
  assertEquals(new Set(rows.map(([, , , from]) => from)).size, 1);
});

Deno.test("lesson 14 shows that each of four peers receives from the other three", async () => {
  const recording = await recordLesson();
  const { rows } = recording.all("table")[1];
  for (const [name, , received] of rows) {
    const others = ["ann", "bob", "cid", "dot"].filter((one) => one !== name);
    const heard = received.split(", ").sort();
    assertEquals(heard, others.map((other) => `from ${other}`));
  }
  assertEquals(recording.fact("sockets"), "4");
  assertEquals(recording.fact("sends and receives"), "12 and 12");
});

Deno.test("lesson 14 shows who gets what, and that a stranger gets nothing", async () => {
  const recording = await recordLesson();
  const { rows } = recording.all("table")[2];
  assertEquals(
    rows.filter(([arrived]) => arrived === "SAY let me in")[0][2],
    "nothing",
  );
  assertEquals(
    rows.filter(([, , text]) => text === '"ann: hello\\n"').length,
    2,
  );
  assertEquals(recording.fact("bob received"), '"OK bob\\n", "ann: hello\\n"');
});

Deno.test("lesson 14 shows that silence is the only sign that a peer has left", async () => {
  const recording = await recordLesson();
  const present = recording.all("fact").filter(({ name }) =>
    name === "present"
  );
  assertEquals(present.map(({ value }) => value), [
    "ann, bob, cid",
    "ann, bob, cid",
  ]);
  if (Deno.build.os !== "windows") {
    assertEquals(recording.fact("errors from send()"), "0");
  }
  assertEquals(recording.fact("without those silent for 10000 ms"), "ann, bob");
});

Deno.test("lesson 14 shows multicast, or says why it can't", async () => {
  const recording = await recordLesson();
  const last = recording.events.at(-1)!;
  if (last.kind === "say") {
    assertMatch(last.text, /^Not shown: /);
  } else {
    assertEquals(recording.fact("sends"), "1");
    assertEquals(recording.fact("receives"), "3");
    assertEquals(recording.fact("each got"), '"to all"');
  }
});

Deno.test({
  name: "lesson 14 says that it isn't allowed to show multicast",
  permissions: { net: ["127.0.0.1"] },
  async fn() {
    const recording = new Recording();
    await lesson(recording.show);
    const last = recording.all("say").at(-1)!;
    assertMatch(
      last.text,
      /^Not shown: lessons may use only loopback addresses/,
    );
  },
});

Deno.test("lesson 14's server runs until it's told to stop", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("socat").match(/\d+$/)![0]);
  const server = { transport: "udp", hostname: "127.0.0.1", port } as const;
  using ann = bindUdp();
  using bob = bindUdp();
  const send = (socket: DatagramSocket, text: string) =>
    socket.send(new TextEncoder().encode(text), server);
  async function receive(socket: DatagramSocket): Promise<string> {
    const { bytes } = await socket.receive({ timeoutMs: 10_000 });
    return new TextDecoder().decode(bytes);
  }
  await send(ann, "HELLO ann\n");
  assertEquals(await receive(ann), "OK ann\n");
  await send(bob, "HELLO ann\n");
  assertEquals(await receive(bob), "TAKEN ann\n");
  await send(bob, "HELLO bob\n");
  assertEquals(await receive(bob), "OK bob\n");
  // With the name in front, this is too long to send; the server goes on.
  await send(ann, `SAY ${"x".repeat(65_503)}`);
  // The server removes control characters, which bob's terminal would obey.
  await send(ann, "SAY \x1b]52;c;bHM=\x07\x1b[2J\r\x9b1mhello\n");
  assertEquals(await receive(bob), "ann: ]52;c;bHM=[2J1mhello\n");
  await send(bob, "BYE");
  await send(ann, "HELLO dot");
  assertEquals(await receive(ann), "OK dot\n");
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assert(notes.includes("ann joined; present: ann"));
  assert(notes.includes("bob left; present: ann"));
  assert(notes.some((note) => note.includes("Cannot send 65509 bytes")));
  assertMatch(
    notes.at(-1)!,
    /^closed: 3 joined, 7 messages received, 5 sent$/,
  );
});
