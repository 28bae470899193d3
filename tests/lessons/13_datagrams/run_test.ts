import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/13_datagrams/lesson.ts";
import {
  bindUdp,
  type DatagramSocket,
  formatAddress,
} from "../../../lib/net/mod.ts";
import { Recording, recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);

Deno.test("lesson 13 shows one receive for each send, with the same message", async () => {
  const recording = await recordLesson();
  const arrows = recording.all("arrow");
  assertEquals(
    arrows.map(({ from, label }) => `${from}: ${label}`),
    [
      'client: 5 bytes "hello"',
      'client: 3 bytes "you"',
      'client: 0 bytes ""',
      'server: 2 bytes "hi"',
    ],
  );
  assertEquals(recording.fact("sends and receives"), "3 and 3");
  const [client] = recording.all("endpoint");
  assertEquals(recording.fact("sender of each"), client.endpoint);
});

Deno.test("lesson 13 shows a header of eight bytes, and a checksum that detects damage", async () => {
  const recording = await recordLesson();
  const [header] = recording.all("headers");
  assertEquals(header.layers, ["udp"]);
  assertEquals(header.checksum, "good");
  assertEquals(header.hex.length / 2, 20 + 8);
  assertEquals(recording.fact("length"), "13 = 8 + 5");
  assertEquals(
    recording.fact("one bit flipped"),
    '"helln": the checksum is bad',
  );
});

Deno.test("lesson 13 shows that a message is sent whole or not at all", async () => {
  const [table] = (await recordLesson()).all("table");
  assertEquals(table.rows.map(([size]) => size), [
    "65507",
    "65508",
    "65527",
    "65528",
  ]);
  for (const cell of table.rows.flatMap(([, ...cells]) => cells)) {
    assertMatch(cell, /^(arrived whole|"[^"]+"|no such address here)$/);
  }
  const ipv4 = table.rows.map(([, outcome]) => outcome);
  assert(ipv4.slice(1).every((outcome) => outcome.endsWith('"')));
  // Other systems may have a lower limit.
  if (Deno.build.os === "linux") assertEquals(ipv4[0], "arrived whole");
});

Deno.test({
  name: "lesson 13 shows a short buffer that truncates a message",
  ignore: Deno.build.os === "windows",
  async fn() {
    const recording = await recordLesson();
    assertEquals(recording.fact("receive() returned"), '"meet me at nine"');
    assertEquals(recording.fact("the next one returned"), '"see you"');
  },
});

Deno.test("lesson 13 shows that a closed port is silent over UDP, and refuses a TCP connection", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("send()"), "no error");
  if (Deno.build.os !== "windows") {
    assertEquals(recording.fact("receive(), 200 ms"), "TimedOut");
  }
  assertEquals(recording.fact("connect() by TCP"), "ConnectionRefused");
});

Deno.test("lesson 13 counts the messages that a flood loses", async () => {
  const recording = await recordLesson();
  const [sent, received] = recording.all("bars")[0].bars;
  const [, lost] = recording.fact("lost").match(/^(\d+) of 2000$/)!;
  assertEquals(sent.value, 2000);
  assert(received.value > 0);
  assertEquals(received.value + Number(lost), sent.value);
  assertMatch(recording.fact("which"), /^numbers 0/);
  if (Deno.build.os === "linux" && await receiveBufferSize() < 1_000_000) {
    assert(received.value < sent.value / 2);
  }
});

/** The size of a socket's receive buffer on Linux, in bytes. */
async function receiveBufferSize(): Promise<number> {
  const result = await new Deno.Command("cat", {
    args: ["/proc/sys/net/core/rmem_default"],
  }).output();
  return Number(new TextDecoder().decode(result.stdout));
}

Deno.test("lesson 13's server answers until it's told to stop", async () => {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const port = Number(recording.fact("netcat").match(/\d+$/)![0]);
  const server: Deno.NetAddr = {
    transport: "udp",
    hostname: "127.0.0.1",
    port,
  };
  using ann = bindUdp();
  using bob = bindUdp();
  async function ask(socket: DatagramSocket, text: string): Promise<string> {
    await socket.send(new TextEncoder().encode(text), server);
    const { bytes } = await socket.receive({ timeoutMs: 10_000 });
    return new TextDecoder().decode(bytes);
  }
  assertEquals(await ask(ann, "hello\n"), "hello\n");
  assertEquals(await ask(bob, "who?\n"), `${formatAddress(bob.addr)}\n`);
  assertEquals(await ask(ann, "count?"), "2 from you\n");
  assertMatch(await ask(bob, "time?"), /^\d{4}-\d\d-\d\dT.*Z\n$/);
  assertEquals(await ask(bob, ""), "");
  assertEquals(await ask(bob, "toString"), "toString");
  stop.abort();
  await serving;
  const notes = recording.all("note").map(({ text }) => text);
  assertMatch(notes.at(-1)!, /6 messages from 2 addresses, \d+ bytes sent/);
});

Deno.test("lesson 13's server ends at once if it's told to stop before it starts", async () => {
  const recording = new Recording();
  const signal = AbortSignal.abort();
  await serve(recording.show, { port: 0, folder: "", signal });
  assertMatch(recording.all("note").at(-1)!.text, /ended: 0 messages/);
});
