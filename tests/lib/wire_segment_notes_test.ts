/** What is remarkable about segments, by Wireshark's names. */
import { assertEquals } from "@std/assert";
import {
  Conversations,
  decodePacket,
  encodePacket,
  LINK_TYPES,
  parseCapture,
  seqAdd,
  type TcpOption,
  type TrackedSegment,
} from "../../lib/wire/mod.ts";
import { readFixture } from "./wire_fixture.ts";

/** A segment of a script; its numbers count from the SYNs. */
interface Line {
  from: "client" | "server";
  flags?: string;
  seq: number;
  ack?: number;
  data?: number;
  window?: number;
  /** Milliseconds since the start. */
  at?: number;
  options?: TcpOption[];
}

const START = { client: 4294967290, server: 1000 };

/** Sends a script, and gives what its conversation makes of each segment. */
function play(lines: Line[]): TrackedSegment[] {
  const conversations = new Conversations();
  return lines.map((line, i) => {
    const { from, flags = "", seq, ack, data = 0, window = 1000 } = line;
    const isClient = from === "client";
    const at = line.at ?? i;
    const bytes = encodePacket({
      ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
      tcp: {
        sourcePort: isClient ? 50000 : 7,
        destinationPort: isClient ? 7 : 50000,
        sequence: seqAdd(START[from], seq),
        acknowledgment: ack === undefined
          ? 0
          : seqAdd(START[isClient ? "server" : "client"], ack),
        window,
        options: line.options,
        flags: {
          ack: ack !== undefined,
          syn: flags.includes("S"),
          fin: flags.includes("F"),
          rst: flags.includes("R"),
        },
      },
      payload: new Uint8Array(data),
    });
    const time = {
      seconds: Math.floor(at / 1000),
      nanoseconds: at % 1000 * 1e6,
    };
    return conversations.add(
      decodePacket(bytes, LINK_TYPES.RAW, { number: i + 1, time }),
    )!;
  });
}

const SYN: Line = { from: "client", flags: "S", seq: 0, at: 0 };
const SYN_ACK: Line = { from: "server", flags: "S", seq: 0, ack: 1, at: 0 };
const OPEN: Line[] = [
  SYN,
  SYN_ACK,
  // One round trip takes 10 ms.
  { from: "client", seq: 1, ack: 1, at: 10 },
];

/** Each script goes on after the handshake; its last segment has the notes. */
const SCRIPTS: Record<string, [lines: Line[], notes: string[]]> = {
  "data in its order": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
  ], []],
  "data once more": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "client", seq: 1, ack: 1, data: 10, at: 300 },
  ], ["retransmission"]],
  "data once more, at once": [[
    { from: "client", seq: 1, ack: 1, data: 10, at: 20 },
    { from: "client", seq: 11, ack: 1, data: 10, at: 20 },
    { from: "client", seq: 1, ack: 1, data: 10, at: 20 },
  ], ["retransmission"]],
  "data that was sent in part": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "client", seq: 6, ack: 1, data: 10, at: 300 },
  ], ["retransmission"]],
  "a FIN once more": [[
    { from: "client", flags: "F", seq: 1, ack: 1 },
    { from: "client", flags: "F", seq: 1, ack: 1, at: 300 },
  ], ["retransmission"]],
  "data that was acknowledged": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11 },
    { from: "client", seq: 1, ack: 1, data: 10, at: 300 },
  ], ["spurious retransmission"]],
  "data after a gap": [[
    { from: "client", seq: 11, ack: 1, data: 10 },
  ], ["previous segment not captured"]],
  "data that fills a gap within a round trip": [[
    { from: "client", seq: 11, ack: 1, data: 10, at: 20 },
    { from: "client", seq: 21, ack: 1, data: 10, at: 22 },
    { from: "client", seq: 1, ack: 1, data: 10, at: 25 },
  ], ["out of order"]],
  "data that fills a gap after more than a round trip": [[
    { from: "client", seq: 11, ack: 1, data: 10, at: 20 },
    { from: "client", seq: 1, ack: 1, data: 10, at: 50 },
  ], ["retransmission"]],
  "an acknowledgment once more": [[
    { from: "client", seq: 11, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 1, window: 900 },
    { from: "server", seq: 1, ack: 1, window: 900 },
  ], ["duplicate ACK"]],
  "what two duplicate ACKs asked for": [[
    { from: "client", seq: 11, ack: 1, data: 10, at: 20 },
    { from: "server", seq: 1, ack: 1, window: 900, at: 21 },
    { from: "server", seq: 1, ack: 1, window: 900, at: 22 },
    { from: "server", seq: 1, ack: 1, window: 900, at: 23 },
    { from: "client", seq: 1, ack: 1, data: 10, at: 40 },
  ], ["fast retransmission"]],
  "the same, but late": [[
    { from: "client", seq: 11, ack: 1, data: 10, at: 20 },
    { from: "server", seq: 1, ack: 1, window: 900, at: 21 },
    { from: "server", seq: 1, ack: 1, window: 900, at: 22 },
    { from: "server", seq: 1, ack: 1, window: 900, at: 23 },
    { from: "client", seq: 1, ack: 1, data: 10, at: 300 },
  ], ["retransmission"]],
  "a keep-alive without data": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11 },
    { from: "client", seq: 10, ack: 1, at: 7000 },
  ], ["keep-alive"]],
  "a keep-alive with one byte": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11 },
    { from: "client", seq: 10, ack: 1, data: 1, at: 7000 },
  ], ["keep-alive"]],
  "the answer to a keep-alive": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11 },
    { from: "client", seq: 10, ack: 1, data: 1, at: 7000 },
    { from: "server", seq: 1, ack: 11, at: 7001 },
  ], ["keep-alive ACK"]],
  "no room": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11, window: 0 },
  ], ["zero window"]],
  "one byte into no room": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11, window: 0 },
    { from: "client", seq: 11, ack: 1, data: 1, at: 500 },
  ], ["zero window probe"]],
  "the answer to that, with no room still": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11, window: 0 },
    { from: "client", seq: 11, ack: 1, data: 1, at: 500 },
    { from: "server", seq: 1, ack: 11, window: 0, at: 501 },
  ], ["zero window", "zero window probe ACK"]],
  "data after a probe whose byte was not taken": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11, window: 0 },
    { from: "client", seq: 11, ack: 1, data: 1, at: 500 },
    { from: "server", seq: 1, ack: 11, window: 900, at: 600 },
    { from: "client", seq: 11, ack: 1, data: 100, at: 601 },
  ], []],
  "room again": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11, window: 0 },
    { from: "server", seq: 1, ack: 11, window: 500 },
  ], ["window update"]],
  "data to the edge of the window": [[
    { from: "client", seq: 1, ack: 1, data: 900 },
    { from: "client", seq: 901, ack: 1, data: 100 },
  ], ["window full"]],
  "an acknowledgment of what was not captured": [[
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 31 },
  ], ["ACKed unseen segment"]],
  "a reset": [[
    { from: "client", flags: "R", seq: 1, ack: 1, window: 0 },
  ], []],
};

for (const [what, [lines, notes]] of Object.entries(SCRIPTS)) {
  Deno.test(`the notes on ${what} are: ${notes.join(", ") || "none"}`, () => {
    const last = play([...OPEN, ...lines]).at(-1)!;
    assertEquals(last.notes as string[], notes);
    const isAgain = notes.some((note) => note.endsWith("retransmission"));
    assertEquals(last.retransmission, isAgain);
  });
}

Deno.test("a probe doesn't count as a retransmission, and its byte counts once", () => {
  const probed: Line[] = [
    ...OPEN,
    { from: "client", seq: 1, ack: 1, data: 10 },
    { from: "server", seq: 1, ack: 11 },
    { from: "client", seq: 10, ack: 1, data: 1, at: 7000 },
  ];
  const [{ conversation: { client } }] = play(probed);
  assertEquals([client.bytes, client.retransmissions], [10, 0]);
});

Deno.test("consecutive duplicate ACKs are counted", () => {
  const repeat: Line = { from: "server", seq: 1, ack: 1, window: 900 };
  const counts = play([
    ...OPEN,
    { from: "client", seq: 11, ack: 1, data: 10 },
    repeat,
    repeat,
    repeat,
    { from: "client", seq: 1, ack: 1, data: 10 },
    { ...repeat, ack: 21 },
    { ...repeat, ack: 21 },
  ]).map(({ duplicateAcks }) => duplicateAcks);
  assertEquals(counts, [0, 0, 0, 0, 0, 1, 2, 0, 0, 1]);
});

Deno.test("a SYN with another number reuses the ports", () => {
  const [, , , syn] = play([...OPEN, { ...SYN, seq: 5000 }]);
  assertEquals(syn.notes, ["port numbers reused"]);
  assertEquals(syn.conversation.number, 2);
});

function scale(shift: number): TcpOption[] {
  return [{ kind: "windowScale", shift }];
}

Deno.test("windows are scaled if both SYNs have the option, and never in a SYN", () => {
  const segments = play([
    { ...SYN, options: scale(7) },
    { ...SYN_ACK, options: scale(3) },
    { from: "client", seq: 1, ack: 1, window: 10 },
    { from: "server", seq: 1, ack: 1, window: 10 },
  ]);
  assertEquals(segments.map(({ scaledWindow }) => scaledWindow), [
    1000,
    1000,
    1280,
    80,
  ]);
});

Deno.test("windows aren't scaled if one SYN lacks the option, and by 14 at most", () => {
  const one = play([
    { ...SYN, options: scale(7) },
    SYN_ACK,
    { from: "client", seq: 1, ack: 1, window: 10 },
  ]);
  assertEquals(one.at(-1)?.scaledWindow, 10);
  const much = play([
    { ...SYN, options: scale(200) },
    { ...SYN_ACK, options: scale(3) },
    { from: "client", seq: 1, ack: 1, window: 10 },
  ]);
  assertEquals(much.at(-1)?.scaledWindow, 10 * 2 ** 14);
});

Deno.test("the scale of a window is unknown if the SYN wasn't captured", () => {
  const [first] = play([{ from: "client", seq: 1, ack: 1 }]);
  assertEquals([first.windowShift, first.scaledWindow], [null, null]);
});

Deno.test("window full counts with the scaled window", () => {
  const segments = play([
    { ...SYN, options: scale(7) },
    { ...SYN_ACK, options: scale(7) },
    { from: "client", seq: 1, ack: 1 },
    { from: "server", seq: 1, ack: 1, window: 2 },
    { from: "client", seq: 1, ack: 1, data: 256 },
  ]);
  assertEquals(segments.at(-1)?.notes, ["window full"]);
});

Deno.test("the recorded captures have exactly the notes that they were made for", () => {
  const notesOf = (name: string) => {
    const conversations = new Conversations();
    return parseCapture(readFixture(name)).flatMap((captured) => {
      const { bytes, linkType } = captured;
      const packet = decodePacket(bytes, linkType, captured);
      const notes = conversations.add(packet)?.notes ?? [];
      return notes.map((note) => `${packet.number} ${note}`);
    });
  };
  assertEquals(notesOf("echo.pcap"), []);
  assertEquals(notesOf("half_close.pcap"), []);
  assertEquals(notesOf("retransmission.pcap"), [
    "6 spurious retransmission",
    "9 duplicate ACK",
  ]);
});
