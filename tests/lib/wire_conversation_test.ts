import { assertEquals } from "@std/assert";
import {
  type Conversation,
  Conversations,
  decodePacket,
  encodePacket,
  type Ending,
  LINK_TYPES,
  parseCapture,
  seqAdd,
  type TcpFields,
  type TrackedSegment,
} from "../../lib/wire/mod.ts";
import { readFixture } from "./wire_fixture.ts";

/** Follows a capture of `tests/captures`. */
function follow(name: string) {
  const conversations = new Conversations();
  const segments: TrackedSegment[] = [];
  for (const { bytes, linkType, ...rest } of parseCapture(readFixture(name))) {
    const segment = conversations.add(decodePacket(bytes, linkType, rest));
    if (segment !== null) segments.push(segment);
  }
  return { list: conversations.list, segments };
}

/** Two ends that send what a test tells them, from any first numbers. */
class Script {
  readonly conversations = new Conversations();
  #number = 0;

  constructor(
    readonly clientStart = 4294967290,
    readonly serverStart = 1000,
  ) {}

  /** A segment whose numbers count from the first ones. */
  send(
    from: "client" | "server",
    flags: string,
    seq: number,
    ack: number | null,
    size = 0,
  ): TrackedSegment {
    const [mine, other] = from === "client"
      ? [this.clientStart, this.serverStart]
      : [this.serverStart, this.clientStart];
    const tcp: TcpFields = {
      sourcePort: from === "client" ? 50000 : 7,
      destinationPort: from === "client" ? 7 : 50000,
      sequence: seqAdd(mine, seq),
      acknowledgment: ack === null ? 0 : seqAdd(other, ack),
      flags: {
        syn: flags.includes("S"),
        fin: flags.includes("F"),
        rst: flags.includes("R"),
        ack: ack !== null,
      },
    };
    const ip = { version: 4, source: "127.0.0.1", destination: "127.0.0.1" };
    const bytes = encodePacket({
      ip: ip as typeof ip & { version: 4 },
      tcp,
      payload: new Uint8Array(size),
    });
    const packet = decodePacket(bytes, LINK_TYPES.RAW, {
      number: ++this.#number,
    });
    return this.conversations.add(packet)!;
  }

  handshake(): void {
    this.send("client", "S", 0, null);
    this.send("server", "S", 0, 1);
    this.send("client", "", 1, 1);
  }

  get list(): Conversation[] {
    return this.conversations.list;
  }
}

const CAPTURED: Record<
  string,
  { handshake: boolean; bytes: [number, number]; ending: Ending }
> = {
  "echo.pcap": closed([6, 6], 3),
  "echo_ipv6.pcap": closed([6, 6], 3),
  "echo_cut.pcap": closed([200, 200], 3),
  "echo_any.pcap": closed([6, 6], 3),
  "echo_any_v1.pcap": closed([6, 6], 3),
  "echo.pcapng": closed([6, 6], 3),
  "half_close.pcap": closed([9, 27], 4),
  "both_close.pcap": closed([4, 4], 4, true),
  "retransmission.pcap": closed([9, 7], 3),
  "reset.pcap": {
    handshake: true,
    bytes: [6, 0],
    ending: { how: "reset", by: "client" },
  },
  "refused.pcap": {
    handshake: false,
    bytes: [0, 0],
    ending: { how: "refused" },
  },
};

function closed(
  bytes: [number, number],
  segments: number,
  simultaneous = false,
): typeof CAPTURED[string] {
  const ending = { how: "closed", first: "client", simultaneous, segments };
  return { handshake: true, bytes, ending: ending as Ending };
}

for (const [name, expected] of Object.entries(CAPTURED)) {
  Deno.test(`Conversations sums up ${name}: handshake, bytes, ending`, () => {
    const { list } = follow(name);
    assertEquals(list.length, 1);
    const [{ handshake, client, server, ending }] = list;
    assertEquals(
      { handshake, bytes: [client.bytes, server.bytes], ending },
      expected as unknown,
    );
  });
}

Deno.test("Conversations counts a retransmission only where there was one", () => {
  for (const name of Object.keys(CAPTURED)) {
    // There each packet is captured twice.
    if (name.endsWith("ng")) continue;
    const [{ client, server }] = follow(name).list;
    const expected = name === "retransmission.pcap" ? [1, 0] : [0, 0];
    assertEquals([client.retransmissions, server.retransmissions], expected);
  }
});

Deno.test("Conversations follows the states of both ends through each close", () => {
  const states = (name: string) =>
    follow(name).segments
      .map(({ clientState, serverState }) => `${clientState} ${serverState}`)
      .filter((pair, i, all) => pair !== all[i - 1]);
  const opened = [
    "SYN-SENT SYN-RECEIVED",
    "ESTABLISHED SYN-RECEIVED",
    "ESTABLISHED ESTABLISHED",
  ];
  assertEquals(states("echo.pcap"), [
    ...opened,
    "FIN-WAIT-1 CLOSE-WAIT",
    "TIME-WAIT LAST-ACK",
    "TIME-WAIT CLOSED",
  ]);
  assertEquals(states("half_close.pcap"), [
    ...opened,
    "FIN-WAIT-1 CLOSE-WAIT",
    "FIN-WAIT-2 CLOSE-WAIT",
    "TIME-WAIT LAST-ACK",
    "TIME-WAIT CLOSED",
  ]);
  assertEquals(states("both_close.pcap"), [
    ...opened,
    "FIN-WAIT-1 CLOSE-WAIT",
    "CLOSING CLOSING",
    "TIME-WAIT CLOSING",
    "TIME-WAIT TIME-WAIT",
  ]);
  assertEquals(states("reset.pcap"), [...opened, "CLOSED CLOSED"]);
  assertEquals(states("refused.pcap"), [
    "SYN-SENT SYN-RECEIVED",
    "CLOSED CLOSED",
  ]);
});

Deno.test("Conversations counts numbers from the SYN, across the wrap", () => {
  const script = new Script(4294967295, 4294967290);
  script.handshake();
  const data = script.send("client", "", 1, 1, 100);
  assertEquals([data.relativeSequence, data.relativeAcknowledgment], [1, 1]);
  const answer = script.send("server", "", 1, 101, 20);
  assertEquals([answer.relativeSequence, answer.relativeAcknowledgment], [
    1,
    101,
  ]);
  const again = script.send("client", "", 1, 21, 100);
  assertEquals(again.retransmission, true);
  const [{ client, server }] = script.list;
  assertEquals([client.bytes, server.bytes], [100, 20]);
});

Deno.test("Conversations starts in the middle if the SYN wasn't captured", () => {
  const script = new Script();
  const first = script.send("server", "", 500, 700, 10);
  assertEquals(first.from, "client"); // the best guess there is
  assertEquals([first.relativeSequence, first.relativeAcknowledgment], [1, 1]);
  const second = script.send("client", "", 700, 510, 5);
  assertEquals([second.relativeSequence, second.relativeAcknowledgment], [
    1,
    11,
  ]);
  const [{ handshake, client, ending }] = script.list;
  assertEquals([handshake, client.initialSequence], [false, null]);
  assertEquals(ending, { how: "open" });
  assertEquals(client.state, "ESTABLISHED");
});

Deno.test("Conversations recognizes the server by its SYN-ACK", () => {
  const script = new Script();
  assertEquals(script.send("server", "S", 0, 1).from, "server");
  script.send("client", "", 1, 1);
  const [{ client, handshake }] = script.list;
  assertEquals(client.port, 50000);
  assertEquals(client.state, "ESTABLISHED");
  assertEquals(handshake, false);
});

Deno.test("Conversations counts a repeated SYN as a retransmission", () => {
  const script = new Script();
  assertEquals(script.send("client", "S", 0, null).retransmission, false);
  assertEquals(script.send("client", "S", 0, null).retransmission, true);
  script.send("server", "S", 0, 1);
  script.send("client", "", 1, 1);
  assertEquals(script.list.length, 1);
  assertEquals(script.list[0].handshake, true);
});

Deno.test("Conversations starts a new connection at a SYN with another number on the same ports", () => {
  const script = new Script();
  script.handshake();
  script.send("client", "R", 1, 1);
  assertEquals(script.send("client", "S", 5000, null).conversation.number, 2);
  assertEquals(script.list.map(({ ending }) => ending.how), ["reset", "open"]);
});

Deno.test("Conversations sees no handshake if the acknowledgments don't fit", () => {
  const wrong = new Script();
  wrong.send("client", "S", 0, null);
  wrong.send("server", "S", 0, 2);
  wrong.send("client", "", 1, 1);
  assertEquals(wrong.list[0].handshake, false);
  const unfinished = new Script();
  unfinished.send("client", "S", 0, null);
  unfinished.send("server", "S", 0, 1);
  unfinished.send("client", "", 1, 2);
  assertEquals(unfinished.list[0].handshake, false);
});

Deno.test("Conversations doesn't count a late segment as a retransmission", () => {
  const script = new Script();
  script.handshake();
  script.send("client", "", 11, 1, 10); // 1 to 10 took another road
  const late = script.send("client", "", 1, 1, 10);
  assertEquals(late.retransmission, false);
  assertEquals(script.list[0].client.bytes, 20);
  assertEquals(script.send("client", "", 6, 1, 10).retransmission, true);
  assertEquals(script.list[0].client.bytes, 20);
});

Deno.test("Conversations reports the progress of a close", () => {
  const script = new Script();
  const how = () => script.list[0].ending;
  script.handshake();
  assertEquals(how(), { how: "open" });
  script.send("server", "F", 1, 1);
  assertEquals(how(), { how: "half-closed", by: "server" });
  script.send("client", "", 1, 2);
  assertEquals(how(), { how: "half-closed", by: "server" });
  script.send("client", "F", 1, 2);
  assertEquals(how(), { how: "closing", first: "server" });
  script.send("server", "", 2, 2);
  const end = {
    how: "closed",
    first: "server",
    simultaneous: false,
    segments: 4,
  } as const;
  assertEquals(how(), end);
  // A reset after that ends nothing that had not ended.
  script.send("client", "R", 2, 2);
  assertEquals(how(), end);
});

Deno.test("Conversations distinguishes a reset during the handshake from a refusal", () => {
  const script = new Script();
  script.send("client", "S", 0, null);
  script.send("client", "R", 1, null);
  assertEquals(script.list[0].ending, { how: "reset", by: "client" });
});

Deno.test("Conversations follows the states of a simultaneous open", () => {
  const script = new Script();
  const states = [
    script.send("client", "S", 0, null),
    script.send("server", "S", 0, null),
    script.send("client", "S", 0, 1),
    script.send("server", "S", 0, 1),
  ].map(({ clientState, serverState }) => `${clientState} ${serverState}`);
  assertEquals(states.at(-1), "ESTABLISHED ESTABLISHED");
  assertEquals(script.list.length, 1);
});

/** The handshake, step by step; each one's place in the order can change. */
const HANDSHAKE = {
  syn: (script: Script) => script.send("client", "S", 0, null),
  synAck: (script: Script) => script.send("server", "S", 0, 1),
  ack: (script: Script) => script.send("client", "", 1, 1),
};

/** Whether the summary and the states of both ends say "complete". */
function isComplete(script: Script): boolean[] {
  const [{ handshake, client, server }] = script.list;
  return [
    script.list.length === 1 && handshake,
    client.state === "ESTABLISHED" && server.state === "ESTABLISHED",
  ];
}

for (
  const order of [
    ["syn", "ack", "synAck"],
    ["synAck", "syn", "ack"],
    ["synAck", "ack", "syn"],
    ["ack", "syn", "synAck"],
    ["ack", "synAck", "syn"],
    ["syn", "syn", "synAck", "ack"],
    ["syn", "synAck", "syn", "synAck", "ack"],
    ["syn", "synAck", "ack", "ack"],
  ] as const
) {
  Deno.test(`Conversations sees a complete handshake in ${order.join(", ")}, and so do the states`, () => {
    const script = new Script();
    for (const step of order) HANDSHAKE[step](script);
    assertEquals(isComplete(script), [true, true]);
  });
}

Deno.test("Conversations sees a complete handshake with data in the SYN, accepted or not", () => {
  for (const taken of [true, false]) {
    const script = new Script();
    script.send("client", "S", 0, null, 10);
    script.send("server", "S", 0, taken ? 11 : 1);
    script.send("client", "", taken ? 11 : 1, 1, taken ? 0 : 10);
    assertEquals(isComplete(script), [true, true]);
    const [{ client }] = script.list;
    assertEquals([client.bytes, client.retransmissions], [10, taken ? 0 : 1]);
  }
});

Deno.test("Conversations sees a complete handshake if a SYN with data was captured after its answer", () => {
  const script = new Script();
  script.send("server", "S", 0, 11);
  script.send("client", "S", 0, null, 10);
  script.send("client", "", 11, 1);
  assertEquals(isComplete(script), [true, true]);
});

Deno.test("Conversations sees a complete handshake if the third segment is lost, and data acknowledges the SYN", () => {
  const script = new Script();
  script.send("client", "S", 0, null);
  script.send("server", "S", 0, 1);
  script.send("server", "", 1, 1, 5);
  assertEquals(isComplete(script), [false, false]);
  script.send("client", "", 1, 6, 5);
  assertEquals(isComplete(script), [true, true]);
});

Deno.test("Conversations and the states ignore acknowledgments that don't fit", () => {
  const script = new Script();
  script.send("client", "S", 0, null);
  script.send("server", "S", 0, 2);
  script.send("client", "", 1, 1);
  assertEquals(isComplete(script), [false, false]);
});

Deno.test("Conversations doesn't mistake a reset in the middle of a capture for a refusal", () => {
  const script = new Script();
  script.send("client", "S", 0, null);
  // The SYN-ACK was not captured.
  script.send("server", "", 1, 1, 5);
  script.send("server", "R", 6, 1);
  assertEquals(script.list[0].ending, { how: "reset", by: "server" });
});

Deno.test("Conversations distinguishes the ends even if both have the same port", () => {
  const conversations = new Conversations();
  const say = (source: string, destination: string, sequence: number) =>
    conversations.add(decodePacket(
      encodePacket({
        ip: { version: 4, source, destination },
        tcp: {
          sourcePort: 179,
          destinationPort: 179,
          sequence,
          flags: { syn: true },
        },
      }),
      LINK_TYPES.RAW,
    ))!;
  assertEquals(say("10.0.0.1", "10.0.0.2", 100).from, "client");
  // Both open at once: this is the other end's SYN, and no new connection.
  const other = say("10.0.0.2", "10.0.0.1", 900);
  assertEquals([other.from, other.conversation.number], ["server", 1]);
});

Deno.test("Conversations drops the least recently active one if there are too many", () => {
  const conversations = new Conversations({ max: 2 });
  const say = (port: number) => {
    const bytes = encodePacket({
      ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
      tcp: { sourcePort: port, destinationPort: 7, flags: { ack: true } },
    });
    const packet = decodePacket(bytes, LINK_TYPES.RAW);
    return conversations.add(packet)!.conversation.number;
  };
  // 50001 speaks again before the third one comes, and 50002 does not.
  const said = [50001, 50002, 50001, 50003, 50001, 50002].map(say);
  assertEquals(said, [1, 2, 1, 3, 1, 4]);
  assertEquals(conversations.count, 4);
  assertEquals(conversations.list.map(({ number }) => number), [1, 2]);
});

Deno.test("Conversations ignores everything but TCP", () => {
  assertEquals(follow("udp.pcap").list, []);
});
