import { assert, assertEquals, assertMatch } from "@std/assert";
import { exercises } from "../../../lessons/13_datagrams/exercises.ts";
import { lesson, serve } from "../../../lessons/13_datagrams/lesson.ts";
import type { Ask, SendMessage } from "../../../lessons/13_datagrams/types.ts";
import {
  bindUdp,
  DatagramSocket,
  formatAddress,
} from "../../../lib/net/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { Recording, recordOnce } from "../record.ts";
import { askMistakes, sendMessageMistakes } from "./wrong_answers.ts";

testExercises("datagrams", exercises, {
  "13.1": askMistakes,
  "13.2": sendMessageMistakes,
});

/** What is in an address, in one order. */
const ORDER = ["transport", "hostname", "port"];

testAccepted<Ask>(exercises[0], {
  "with a loop over the socket": async (socket, question, server) => {
    await socket.send(question, server);
    for await (const [message, from] of socket) {
      if (from.transport !== "udp") continue;
      if (from.port !== server.port) continue;
      if (from.hostname === server.hostname) return message;
    }
    throw new Error("the socket was closed");
  },
  "with recursion, and addresses written out": (socket, question, server) => {
    async function next(): Promise<Uint8Array> {
      const [message, from] = await socket.receive();
      return formatAddress(from) === formatAddress(server) ? message : next();
    }
    return socket.send(question, server).then(next);
  },
  "receiving before it sends": async (socket, question, server) => {
    let receiving = socket.receive();
    await socket.send(question, server);
    while (true) {
      const [message, from] = await receiving;
      if (JSON.stringify(from, ORDER) === JSON.stringify(server, ORDER)) {
        return message;
      }
      receiving = socket.receive();
    }
  },
  "with one long buffer, and a copy": (() => {
    const buffer = new Uint8Array(100_000);
    return async (socket, question, server) => {
      await socket.send(question, server);
      let message: Uint8Array, from: Deno.Addr;
      do [message, from] = await socket.receive(buffer); while (
        (from as Deno.NetAddr).hostname !== server.hostname ||
        (from as Deno.NetAddr).port !== server.port
      );
      return message.slice();
    };
  })(),
  "with the helper of lib/net": async (socket, question, server) => {
    const helper = new DatagramSocket(socket);
    await helper.send(question, server);
    return (await helper.receive({ from: server })).bytes;
  },
});

testAccepted<SendMessage>(exercises[1], {
  "without async, with numbers in groups": (socket, message, to) => {
    if (message.byteLength > 65_507) {
      const size = message.byteLength.toLocaleString("en");
      throw new RangeError(`message too long: ${size} > 65,507`);
    }
    return socket.send(message, to).then(() => {});
  },
  "with a class of its own": async (socket, message, to) => {
    class TooLong extends RangeError {}
    if (message.length >= 65_508) {
      throw new TooLong(`limit: 65507 bytes, found: ${message.length} bytes.`);
    }
    const sent = await socket.send(message.slice(), to);
    if (sent !== message.length) throw new Error("cut");
  },
  "with the helper of lib/net": (socket, message, to) =>
    new DatagramSocket(socket).send(message, to),
});

const recordLesson = recordOnce(lesson);

Deno.test("lesson 13 shows as many receives as sends, each with its message", async () => {
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
  assertEquals(recording.fact("sends, receives"), "3, 3");
  const [client] = recording.all("endpoint");
  assertEquals(recording.fact("sender, on each"), client.endpoint);
});

Deno.test("lesson 13 shows a header of eight bytes, and a damaged message found out", async () => {
  const recording = await recordLesson();
  const [header] = recording.all("headers");
  assertEquals(header.layers, ["udp"]);
  assertEquals(header.checksum, "good");
  assertEquals(header.hex.length / 2, 20 + 8);
  assertEquals(recording.fact("length"), "13 = 8 + 5");
  assertEquals(
    recording.fact("one bit turned over"),
    '"helln": the checksum is bad',
  );
});

Deno.test("lesson 13 shows that a message goes whole, or not at all", async () => {
  const [table] = (await recordLesson()).all("table");
  assertEquals(table.rows.map(([size]) => size), [
    "65507",
    "65508",
    "65527",
    "65528",
  ]);
  for (const cell of table.rows.flatMap(([, ...cells]) => cells)) {
    assertMatch(cell, /^(came whole|".+", nothing came|no such address here)$/);
  }
  const ipv4 = table.rows.map(([, outcome]) => outcome);
  assert(ipv4.slice(1).every((outcome) => outcome.endsWith("nothing came")));
  // Other systems may stop earlier.
  if (Deno.build.os === "linux") assertEquals(ipv4[0], "came whole");
});

Deno.test({
  name: "lesson 13 shows a short buffer that cuts a message",
  ignore: Deno.build.os === "windows",
  async fn() {
    const recording = await recordLesson();
    assertEquals(recording.fact("receive() gave"), '"meet me at nine"');
    assertEquals(recording.fact("the next one gave"), '"see you"');
  },
});

Deno.test("lesson 13 shows a dead port that says nothing over UDP, and refuses over TCP", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("send()"), "no error");
  if (Deno.build.os !== "windows") {
    assertEquals(recording.fact("receive(), 200 ms"), "TimedOut");
  }
  assertEquals(recording.fact("connect() by TCP"), "ConnectionRefused");
});

Deno.test("lesson 13 counts what a flood loses", async () => {
  const recording = await recordLesson();
  const [sent, received] = recording.all("bars")[0].bars;
  const [, lost] = recording.fact("lost").match(/^(\d+) of 2000$/)!;
  assertEquals(sent.value, 2000);
  assert(received.value > 0);
  assertEquals(received.value + Number(lost), sent.value);
  assertMatch(recording.fact("which"), /^numbers 0/);
  if (Deno.build.os === "linux" && await roomOfSocket() < 1_000_000) {
    assert(received.value < sent.value / 2);
  }
});

/** How many bytes Linux keeps for a socket that nobody reads. */
async function roomOfSocket(): Promise<number> {
  const result = await new Deno.Command("cat", {
    args: ["/proc/sys/net/core/rmem_default"],
  }).output();
  return Number(new TextDecoder().decode(result.stdout));
}

Deno.test("lesson 13 serves answers until it is told to stop", async () => {
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

Deno.test("lesson 13 serves nothing if it is told to stop before it begins", async () => {
  const recording = new Recording();
  const signal = AbortSignal.abort();
  await serve(recording.show, { port: 0, folder: "", signal });
  assertMatch(recording.all("note").at(-1)!.text, /ended: 0 messages/);
});
