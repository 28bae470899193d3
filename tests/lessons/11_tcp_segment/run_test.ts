import { assert, assertEquals, assertMatch } from "@std/assert";
import { lesson } from "../../../lessons/11_tcp_segment/lesson.ts";
import { readRecording } from "../../../lessons/11_tcp_segment/observe.ts";
import { RECORDING } from "../../../lessons/11_tcp_segment/recording.ts";
import { findWrap, WORDS } from "../../../lessons/11_tcp_segment/traffic.ts";
import { seqDiff } from "../../../lib/wire/mod.ts";
import { record, type Recording } from "../record.ts";

/** Requires what the lesson must show, whether it captured packets or not. */
function assertShown(recording: Recording): void {
  const [{ hex }] = recording.all("headers");
  assert(hex.length > 0);
  assertEquals(recording.fact("data"), '5 bytes "hello"');

  const [{ rows }] = recording.all("table");
  assertEquals(rows.length, WORDS.length);
  rows.forEach(([sequence, data, next], i) => {
    assertMatch(data, new RegExp(`^${WORDS[i].length} bytes "${WORDS[i]}"`));
    assertEquals(seqDiff(Number(next), Number(sequence)), WORDS[i].length);
    if (i > 0) assertEquals(sequence, rows[i - 1][2]);
  });

  const initialNumbers = recording.all("fact")
    .filter(({ value }) => value.startsWith("SYN "));
  assertEquals(new Set(initialNumbers.map(({ value }) => value)).size, 6);

  const numberIn = (name: string) =>
    Number(recording.fact(name).match(/\d+/)![0]);
  const last = numberIn("a segment");
  const next = numberIn("the next segment");
  assert(next < last, "the numbers wrapped around");
  assertEquals(seqDiff(next, last), numberIn("its data"));
  assert(numberIn("acknowledged") < last);

  assertEquals(recording.fact("as it arrived"), "0x0000");
  assert(recording.fact("one bit wrong") !== "0x0000");
  assertEquals(recording.fact("two numbers swapped"), "0x0000");
}

Deno.test("lesson 11 shows a header, and sequence numbers that count and wrap around", async () => {
  assertShown(await record(lesson));
});

Deno.test({
  name: "lesson 11 shows its recording if it isn't allowed to start tcpdump",
  permissions: { net: true },
  async fn() {
    const recording = await record(lesson);
    assertShown(recording);
    const reasons = recording.all("say")
      .filter(({ text }) => text.includes("Nothing was captured just now"));
    assertEquals(reasons.length, 1);
  },
});

Deno.test("lesson 11's recording contains everything that the lesson shows", () => {
  const packets = readRecording(RECORDING);
  assert(packets.every(({ tcp, problem }) => tcp !== null && problem === null));
  assert(packets.every(({ ipChecksum }) => ipChecksum === "good"));
  assert(findWrap(packets)?.ack !== undefined);
});
