import { assert, assertEquals } from "@std/assert";
import { exercises } from "../../../lessons/12_handshake/exercises.ts";
import { lesson } from "../../../lessons/12_handshake/lesson.ts";
import { closesIn, livesOf } from "../../../lessons/12_handshake/lives.ts";
import { readRecording } from "../../../lessons/11_tcp_segment/observe.ts";
import { RECORDING } from "../../../lessons/12_handshake/recording.ts";
import type {
  ExpectedAck,
  FindHandshake,
  NextState,
  Segment,
} from "../../../lessons/12_handshake/types.ts";
import { nextState, seqAdd } from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { record, type Recording } from "../record.ts";
import {
  expectedAckMistakes,
  findHandshakeMistakes,
  nextStateMistakes,
} from "./wrong_answers.ts";

testExercises("handshake", exercises, {
  "12.1": expectedAckMistakes,
  "12.2": findHandshakeMistakes,
  "12.3": nextStateMistakes,
});

testAccepted<ExpectedAck>(exercises[0], {
  "with a remainder": ({ sequence, payload, flags: { syn, fin } }) =>
    (sequence + payload.length + (syn ? 1 : 0) + (fin ? 1 : 0)) % 4294967296,
  "by counting one by one": (segment) => {
    let ack = segment.sequence;
    const step = () => ack = ack === 4294967295 ? 0 : ack + 1;
    segment.payload.forEach(step);
    for (const name of ["syn", "fin"] as const) {
      if (segment.flags[name]) step();
    }
    return ack;
  },
  "with an array of 32 bits": ({ sequence, payload, flags }) => {
    const ack = new Uint32Array([sequence]);
    ack[0] += payload.length;
    if (flags.syn) ack[0]++;
    if (flags.fin) ack[0]++;
    return ack[0];
  },
});

testAccepted<FindHandshake>(exercises[1], {
  "with three loops": (segments) => {
    const next = (segment: Segment) => seqAdd(segment.sequence, 1);
    for (const [i, syn] of segments.entries()) {
      if (!syn.flags.syn || syn.flags.ack) continue;
      const end = segments.findIndex((one, at) =>
        at > i && one.flags.syn && !one.flags.ack &&
        one.sequence !== syn.sequence
      );
      const rest = segments.slice(i + 1, end === -1 ? undefined : end);
      for (const [j, synAck] of rest.entries()) {
        const { flags } = synAck;
        if (!flags.syn || !flags.ack) continue;
        if (synAck.sourcePort !== syn.destinationPort) continue;
        if (synAck.acknowledgment !== next(syn)) continue;
        const third = rest.slice(j + 1).find((one) =>
          one.flags.ack && !one.flags.syn && !one.flags.rst &&
          one.sourcePort === syn.sourcePort &&
          one.acknowledgment === next(synAck)
        );
        if (third) return { client: syn.sequence, server: synAck.sequence };
      }
    }
    return null;
  },
  "as a state machine with more in its result": (segments) => {
    const seen = { a: -1, b: -1, port: -1 };
    for (const one of segments) {
      const { syn, ack, rst } = one.flags;
      const fromClient = one.sourcePort === seen.port;
      if (syn && !ack && one.sequence !== seen.a) {
        Object.assign(seen, { a: one.sequence, b: -1, port: one.sourcePort });
      } else if (
        syn && ack && seen.a >= 0 && !fromClient &&
        one.acknowledgment === (seen.a + 1) % 2 ** 32
      ) {
        seen.b = one.sequence;
      } else if (
        ack && !syn && !rst && seen.b >= 0 && fromClient &&
        one.acknowledgment === (seen.b + 1) % 2 ** 32
      ) {
        return { server: seen.b, client: seen.a, port: seen.port };
      }
    }
    return null;
  },
  "backwards, from the third segment": (segments) => {
    const before = (number: number) => (number - 1) >>> 0;
    for (const [i, third] of segments.entries()) {
      if (!third.flags.ack || third.flags.syn || third.flags.rst) continue;
      const earlier = segments.slice(0, i);
      const syn = earlier.findLast((one) =>
        one.flags.syn && !one.flags.ack && one.sourcePort === third.sourcePort
      );
      const start = earlier.findIndex((one) =>
        one.flags.syn && !one.flags.ack && one.sequence === syn?.sequence
      );
      const synAck = earlier.slice(start).findLast((one) =>
        one.flags.syn && one.flags.ack &&
        one.sourcePort === third.destinationPort &&
        one.sequence === before(third.acknowledgment)
      );
      if (syn && synAck && before(synAck.acknowledgment) === syn.sequence) {
        return { client: syn.sequence, server: synAck.sequence };
      }
    }
    return null;
  },
});

testAccepted<NextState>(exercises[2], {
  "with the table of lib/wire": (state, event) => nextState(state, event),
  "where a reset leads back to LISTEN": (state, event) =>
    nextState(state, event, { passive: true }),
  "where a FIN in SYN-RECEIVED leads on": (state, event) =>
    state === "SYN-RECEIVED" && event === "rcv FIN"
      ? "CLOSE-WAIT"
      : nextState(state, event),
  "with switch, by event": (state, event) => {
    switch (event) {
      case "passive OPEN":
        return state === "CLOSED" ? "LISTEN" : state;
      case "active OPEN":
        return state === "CLOSED" || state === "LISTEN" ? "SYN-SENT" : state;
      case "CLOSE":
        if (state === "LISTEN" || state === "SYN-SENT") return "CLOSED";
        if (state === "SYN-RECEIVED" || state === "ESTABLISHED") {
          return "FIN-WAIT-1";
        }
        return state === "CLOSE-WAIT" ? "LAST-ACK" : state;
      case "rcv SYN":
        return state === "LISTEN" || state === "SYN-SENT"
          ? "SYN-RECEIVED"
          : state;
      case "rcv SYN,ACK":
        return state === "SYN-SENT" ? "ESTABLISHED" : state;
      case "rcv ACK of SYN":
        return state === "SYN-RECEIVED" ? "ESTABLISHED" : state;
      case "rcv FIN":
        if (state === "ESTABLISHED") return "CLOSE-WAIT";
        if (state === "FIN-WAIT-1") return "CLOSING";
        return state === "FIN-WAIT-2" ? "TIME-WAIT" : state;
      case "rcv ACK of FIN":
        if (state === "FIN-WAIT-1") return "FIN-WAIT-2";
        if (state === "CLOSING") return "TIME-WAIT";
        return state === "LAST-ACK" ? "CLOSED" : state;
      case "rcv RST":
        return state === "LISTEN" ? state : "CLOSED";
      case "2MSL timeout":
        return state === "TIME-WAIT" ? "CLOSED" : state;
    }
  },
});

/** What the lesson must show, whether it captured or not. */
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
    `4 of these ${later.segments.length} segments, the client first`,
  );
  assertEquals(
    recording.all("fact").filter(({ name }) => name === "about data only")
      .length,
    1,
  );
  assert(reset.segments.some(({ flags }) => flags.includes("RST")));
  const [three, four, one] = recording.fact("segments about the end")
    .split(", ").map(Number);
  // A busy server may miss the moment in which both could go together.
  assert(three === 3 || three === 4, `${three}`);
  assertEquals([four, one], [4, 1]);
}

Deno.test("lesson 12 shows how a connection begins, and three ways to end", async () => {
  assertShown(await record(lesson));
});

Deno.test({
  name: "lesson 12 shows a recording where tcpdump may not be started",
  permissions: { net: true },
  async fn() {
    const recording = await record(lesson);
    assertShown(recording);
    assertEquals(recording.fact("segments about the end"), "3, 4, 1");
    const told = recording.all("say")
      .filter(({ text }) => text.includes("Nothing was captured just now"));
    assertEquals(told.length, 1);
  },
});

Deno.test("lesson 12 walks two ends through a simultaneous close", async () => {
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
  const all = livesOf(readRecording(RECORDING));
  assertEquals(all.map(({ conversation }) => closesIn(conversation)), [
    3,
    4,
    1,
  ]);
  assert(all.every(({ conversation }) => conversation.handshake));
});
