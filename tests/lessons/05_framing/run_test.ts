import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson, serve } from "../../../lessons/05_framing/lesson.ts";
import { encodeFrame } from "../../../lessons/05_framing/solution.ts";
import * as net from "../../../lib/net/mod.ts";
import { Recording, recordOnce } from "../record.ts";

const recordLesson = recordOnce(lesson);

Deno.test("lesson 5 shows the same messages as lines and as frames", async () => {
  const recording = await recordLesson();
  const messages = '"hello"  "naïve"  ""  "🐢"';
  assertEquals(recording.fact("read as lines"), messages);
  assertEquals(recording.fact("read as frames"), messages);
  const [lines, frames] = recording.all("bytes").map(({ hex }) => hex);
  assertEquals(
    new TextDecoder().decode(Uint8Array.fromHex(lines)),
    [
      "hello\nnaïve\n\n🐢\n",
    ].join(),
  );
  assert(frames.startsWith("0000000568656c6c6f00000006"));
});

Deno.test("lesson 5 shows that a string's length is not its number of bytes", async () => {
  const recording = await recordLesson();
  const sizes = ["naïve", "🐢"].map((text) => [
    recording.fact(`"${text}".length`),
    recording.fact(`"${text}" in bytes`),
  ]);
  assertEquals(sizes, [["5", "6"], ["2", "4"]]);
});

Deno.test("lesson 5 cuts a character in two, and decodes it when it's complete", async () => {
  const recording = await recordLesson();
  const decoded = recording.fact("each read decoded alone");
  assertEquals(decoded.match(/\ufffd/g)?.length, 2);
  assertEquals(recording.fact("decoded when complete"), '"zwölf"');
});

Deno.test("lesson 5 reads a wrong length from a header that isn't complete", async () => {
  const recording = await recordLesson();
  assert(recording.fact("length, read from this buffer") !== "300");
  assertEquals(recording.fact("length, from all four bytes"), "300");
});

Deno.test("lesson 5 rejects an endless line and an enormous length", async () => {
  const recording = await recordLesson();
  const errors = recording.all("fact").filter(({ name }) => name === "error");
  assertMatch(errors[0].value, /^RangeError: .*longer than 1000 bytes/);
  assertMatch(errors[1].value, /^RangeError: .*4294967295 bytes/);
  const [read, sent] = ["read", "sent"].map((verb) => {
    const side = verb === "read" ? "server" : "client";
    return Number(recording.fact(`bytes the ${side} ${verb}`));
  });
  assert(read > 1000 && read < 100_000);
  assert(sent >= read);
});

Deno.test("lesson 5 detects half a frame, but accepts half a line", async () => {
  const recording = await recordLesson();
  assertEquals(recording.fact("a line"), '"pay 10"');
  assertMatch(recording.fact("a frame"), /^UnexpectedEof: .*6 of 8 bytes/);
});

/** Sends bytes to the lesson's server; returns its answer and its notes. */
async function talk(
  bytes: Uint8Array,
): Promise<{ answer: string; notes: string[] }> {
  const stop = new AbortController();
  const recording = new Recording();
  const serving = serve(recording.show, {
    port: 0,
    folder: "",
    signal: stop.signal,
  });
  const [port] = recording.fact("by hand").match(/\d+$/)!;
  using client = await net.connectTcp(Number(port));
  await net.writeAll(client, bytes);
  await client.closeWrite();
  const answer = new TextDecoder().decode(await net.readToEnd(client));
  stop.abort();
  await serving;
  return { answer, notes: recording.all("note").map(({ text }) => text) };
}

Deno.test("lesson 5's server returns each line in capitals, with its size", async () => {
  const { answer, notes } = await talk(
    new TextEncoder().encode("zwölf\r\n\nlast"),
  );
  assertEquals(answer.split("\n"), [
    "ZWÖLF (6 bytes, 5 characters)",
    " (0 bytes, 0 characters)",
    "LAST (4 bytes, 4 characters)",
    "",
  ]);
  assertMatch(notes.at(-1)!, /1 client served, 3 lines/);
});

Deno.test("lesson 5's server says why it rejects a client", async () => {
  const long = await talk(new Uint8Array(1000).fill(120));
  assertMatch(long.answer, /^error: .*longer than 80 bytes\n$/);
  const frame = await talk(Uint8Array.of(...encodeFrame("hi"), 0xff, 0x0a));
  assertMatch(frame.answer, /^error: .*not UTF-8\n$/);
});
