import { assert, assertEquals } from "@std/assert";
import { readRecording } from "../../../lessons/11_tcp_segment/observe.ts";
import {
  closingSegments,
  connectionsOf,
} from "../../../lessons/12_handshake/connections.ts";
import { lesson } from "../../../lessons/12_handshake/lesson.ts";
import { RECORDING } from "../../../lessons/12_handshake/recording.ts";
import { seqAdd } from "../../../lib/wire/mod.ts";
import { record, type Recording } from "../record.ts";

/** Requires what the lesson must show, whether it captured packets or not. */
function assertShown(recording: Recording): void {
  const [opening, atOnce, later, reset] = recording.all("segments");
  assertEquals(opening.numbers, "raw");
  assertEquals(opening.segments.map(({ from, flags }) => `${from} ${flags}`), [
    "client SYN",
    "server SYN,ACK",
    "client ACK",
  ]);
  const [syn, synAck, ack] = opening.segments;
  assertEquals(synAck.acknowledgment, seqAdd(syn.sequence, 1));
  assertEquals(ack.acknowledgment, seqAdd(synAck.sequence, 1));
  assertEquals(ack.sequence, seqAdd(syn.sequence, 1));
  assertEquals(ack.clientState, "ESTABLISHED");
  assertEquals(ack.serverState, "ESTABLISHED");

  const a = recording.fact("A, of the client's SYN");
  const b = recording.fact("B, of the server's SYN");
  assertEquals([a, b], [`${syn.sequence}`, `${synAck.sequence}`]);
  assertEquals(
    recording.fact("acknowledged by the server"),
    `${seqAdd(Number(a), 1)} = A + 1`,
  );
  assertEquals(
    recording.fact("acknowledged by the client"),
    `${seqAdd(Number(b), 1)} = B + 1`,
  );

  for (const { segments } of [atOnce, later]) {
    assertEquals(segments[0].flags.includes("FIN"), true);
    assertEquals(segments.at(-1)!.clientState, "TIME-WAIT");
    assertEquals(segments.at(-1)!.serverState, "CLOSED");
  }
  assert(later.segments.some(({ payloadBytes }) => payloadBytes === 14));
  const [, closed] = recording.all("fact")
    .filter(({ name }) => name === "closed by");
  assertEquals(
    closed.value,
    `4 of these ${later.segments.length} segments; the client closed first`,
  );
  assertEquals(
    recording.all("fact").filter(({ name }) => name === "about data only")
      .length,
    1,
  );
  assert(reset.segments.some(({ flags }) => flags.includes("RST")));
  const [three, four, one] = recording.fact("segments about closing")
    .split(", ").map(Number);
  // A busy server may be too late to send its FIN with the delayed ACK.
  assert(three === 3 || three === 4, `${three}`);
  assertEquals([four, one], [4, 1]);
}

Deno.test("lesson 12 shows how a connection opens, and three ways to close it", async () => {
  assertShown(await record(lesson));
});

Deno.test({
  name: "lesson 12 shows its recording if it isn't allowed to start tcpdump",
  permissions: { net: true },
  async fn() {
    const recording = await record(lesson);
    assertShown(recording);
    assertEquals(recording.fact("segments about closing"), "3, 4, 1");
    const reasons = recording.all("say")
      .filter(({ text }) => text.includes("Nothing was captured just now"));
    assertEquals(reasons.length, 1);
  },
});

Deno.test("lesson 12 shows both ends' states through a simultaneous close", async () => {
  const [walks, steps] = (await record(lesson)).all("table");
  const walk = (name: string) => walks.rows.find(([one]) => one === name)!;
  assertEquals(walk("open").at(-1), "3");
  assertEquals(walk("close").at(-1), "4");
  for (const side of [1, 2]) {
    assertEquals(
      walk("simultaneous close")[side],
      "ESTABLISHED → FIN-WAIT-1 → CLOSING → TIME-WAIT → CLOSED",
    );
  }
  assertEquals(steps.rows.at(-1)!.slice(2), ["CLOSED", "CLOSED"]);
});

Deno.test("lesson 12's recording closes in three segments, four, and one", () => {
  const all = connectionsOf(readRecording(RECORDING));
  assertEquals(all.map(({ conversation }) => closingSegments(conversation)), [
    3,
    4,
    1,
  ]);
  assert(all.every(({ conversation }) => conversation.handshake));
});
