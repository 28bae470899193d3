import { assert, assertEquals, assertThrows } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import {
  type DiagramSegment,
  diagramSegment,
  drawSegments,
  Narrator,
  Printer,
  SegmentDiagram,
  type SegmentNumbers,
  type ShowEvent,
  visibleWidth,
} from "../../lib/show/mod.ts";
import {
  Conversations,
  decodePacket,
  parseCapture,
} from "../../lib/wire/mod.ts";
import { CAPTURE_NAMES, readFixture } from "./wire_fixture.ts";

const NUMBERS: SegmentNumbers[] = ["relative", "raw", "both"];

/** The segments of a capture's only conversation. */
function segmentsOf(name: string): DiagramSegment[] {
  const conversations = new Conversations();
  return parseCapture(readFixture(name)).flatMap((captured) => {
    const packet = decodePacket(captured.bytes, captured.linkType, captured);
    const segment = conversations.add(packet);
    return segment === null ? [] : [diagramSegment(packet, segment)];
  });
}

/** A capture's diagram without the times, which are those of its making. */
function draw(
  name: string,
  width: number,
  numbers?: SegmentNumbers,
): string[] {
  return drawSegments(segmentsOf(name), { width, numbers })
    .map((line) => stripAnsiCode(line).slice(10));
}

Deno.test("drawSegments() draws a handshake, an echo, and a close in three segments", () => {
  assertEquals(draw("echo.pcap", 80), [
    "client       │                                          │ server",
    "CLOSED       │                                          │ LISTEN",
    "SYN-SENT     │─────────────── SYN seq 0 ───────────────▶│ SYN-RECEIVED",
    "ESTABLISHED  │◀────────── SYN,ACK seq 0 ack 1 ──────────│",
    "             │──────────── ACK seq 1 ack 1 ────────────▶│ ESTABLISHED",
    "             │────── PSH,ACK seq 1 ack 1 6 bytes ──────▶│",
    "             │◀──────────── ACK seq 1 ack 7 ────────────│",
    "             │◀────── PSH,ACK seq 1 ack 7 6 bytes ──────│",
    "             │──────────── ACK seq 7 ack 7 ────────────▶│",
    "FIN-WAIT-1   │────────── FIN,ACK seq 7 ack 7 ──────────▶│ CLOSE-WAIT",
    "TIME-WAIT    │◀────────── FIN,ACK seq 7 ack 8 ──────────│ LAST-ACK",
    "             │──────────── ACK seq 8 ack 8 ────────────▶│ CLOSED",
  ]);
});

Deno.test("drawSegments() doesn't claim that a server listens if none answers", () => {
  const [, before, syn, reset] = draw("refused.pcap", 80);
  assert(before.startsWith("CLOSED ") && before.endsWith("│ CLOSED"), before);
  assert(syn.startsWith("SYN-SENT ") && syn.endsWith("▶│"), syn);
  assert(reset.startsWith("CLOSED "), reset);
  const unanswered = drawSegments(segmentsOf("echo.pcap").slice(0, 1), {
    width: 80,
  }).map(stripAnsiCode);
  assertEquals(unanswered.length, 3);
  assert(!unanswered.join().includes("LISTEN"));
  assert(!unanswered.join().includes("SYN-RECEIVED"));
});

Deno.test("drawSegments() marks retransmissions", () => {
  const lines = draw("retransmission.pcap", 80);
  const at = lines.findIndex((line) => line.includes("retransmission"));
  assertEquals(lines.slice(at - 1, at + 1), [
    "             │       PSH,ACK seq 1 ack 1 9 bytes        │",
    "             │──────── spurious retransmission ────────▶│",
  ]);
});

Deno.test("drawSegments() shows raw numbers, relative ones, or both", () => {
  const [{ sequence }] = segmentsOf("echo.pcap");
  const line = (numbers: SegmentNumbers) => draw("echo.pcap", 100, numbers)[2];
  assert(line("relative").includes(" SYN seq 0 "));
  assert(line("raw").includes(` SYN seq ${sequence} `));
  assert(line("both").includes(` SYN seq 0 (${sequence}) `));
});

Deno.test("drawSegments() needs one line per segment at 100 columns, with any kind of numbers", () => {
  for (const name of CAPTURE_NAMES) {
    const segments = segmentsOf(name)
      .filter(({ retransmission }) => !retransmission);
    if (segments.length === 0) continue;
    for (const numbers of NUMBERS) {
      const most = { ...segments[0], payloadBytes: 65483 };
      const lines = drawSegments([...segments, most], { width: 100, numbers });
      assertEquals(lines.length, segments.length + 3, lines.join("\n"));
    }
  }
});

for (const width of [57, 60, 77, 80, 97, 100]) {
  Deno.test(`drawSegments() fits ${width} columns, its bars line up, and no number is cut`, () => {
    for (const name of CAPTURE_NAMES) {
      const segments = segmentsOf(name).map((segment) => ({
        ...segment,
        // As long as they get.
        sequence: 4294967295,
        acknowledgment: segment.acknowledgment === null ? null : 4294967294,
        flags: segment.flags.replace("PSH,ACK", "FIN,PSH,ACK"),
      }));
      for (const numbers of NUMBERS) {
        const lines = drawSegments(segments, { width, numbers })
          .map(stripAnsiCode);
        const bars = lines.map((line) => {
          assert(visibleWidth(line) <= width, line);
          const [left, middle] = line.split("│");
          return [visibleWidth(left), visibleWidth(middle)];
        });
        for (const bar of bars) assertEquals(bar, bars[0]);
        const text = lines.join("\n");
        assert(!text.includes("…"), text);
        const count = (part: string) => text.split(part).length - 1;
        if (numbers === "relative") continue;
        assertEquals(count("4294967295"), segments.length, text);
        assertEquals(
          count("4294967294"),
          segments.filter(({ acknowledgment }) => acknowledgment !== null)
            .length,
        );
      }
    }
  });
}

Deno.test("SegmentDiagram draws the same lines one by one as drawSegments() at once", () => {
  for (const name of CAPTURE_NAMES) {
    const segments = segmentsOf(name);
    const diagram = new SegmentDiagram({ width: 80 });
    const lines = [
      ...diagram.head(),
      ...segments.flatMap((segment) => diagram.draw(segment)),
      ...diagram.end(),
    ];
    assertEquals(lines, drawSegments(segments, { width: 80 }));
  }
});

Deno.test("drawSegments() starts in the middle, with the names it's passed, and without times", () => {
  const segments = segmentsOf("echo.pcap").slice(3)
    .map((segment) => ({ ...segment, atMs: null }));
  const [head, first] = drawSegments(segments, {
    width: 60,
    client: "you",
    server: "they",
  }).map(stripAnsiCode);
  assert(/^ +you +│ +│ they$/.test(head), head);
  assert(first.startsWith(" ".repeat(10)), first);
});

Deno.test("diagramSegment() rejects a packet without a TCP header", () => {
  const [captured] = parseCapture(readFixture("udp.pcap"));
  const packet = decodePacket(captured.bytes, captured.linkType, captured);
  const [tcp] = parseCapture(readFixture("echo.pcap"));
  const segment = new Conversations()
    .add(decodePacket(tcp.bytes, tcp.linkType, tcp))!;
  assertThrows(() => diagramSegment(packet, segment), TypeError, "no TCP");
});

Deno.test("Narrator.segments() and Printer draw the same diagram, also from JSON", () => {
  const segments = segmentsOf("half_close.pcap");
  const events: ShowEvent[] = [];
  new Narrator((event) => events.push(JSON.parse(JSON.stringify(event))))
    .segments(segments, { numbers: "raw", server: "the server" });
  let out = "";
  new Printer((text) => out += text, { width: 80 }).show(events[0]);
  const expected = drawSegments(segments, {
    width: 77,
    numbers: "raw",
    server: "the server",
  });
  assertEquals(
    stripAnsiCode(out).trimEnd().split("\n"),
    ["", ...expected.map((line) => `   ${stripAnsiCode(line)}`)].slice(
      out.startsWith("\n") ? 0 : 1,
    ),
  );
});
