/** What `deno task packets` says of each packet, and which of them it shows. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  checksum,
  encodeDns,
  encodePacket,
  encodePcap,
  encodeWebSocketFrame,
  LINK_TYPES,
  type LinkFields,
  type PacketFields,
  parseIp,
  pseudoHeaderSum,
  writeUint16,
} from "../../lib/wire/mod.ts";
import type { PacketRecord } from "../../lib/workbook/cli/packets/record.ts";
import { runCommand } from "../../lib/workbook/cli/run_command.ts";
import { lessons } from "../../lessons/mod.ts";
import { readFixture } from "../lib/wire_fixture.ts";
import { callCommand } from "./call.ts";
import type { Outcome } from "./workbook_copy.ts";

function packets(stdin: Uint8Array, ...args: string[]): Promise<Outcome> {
  return callCommand({ runCommand, lessons }, ["packets", "-", ...args], {
    stdin,
  });
}

/** The lines of the list, without the summary after it. */
async function rows(stdin: Uint8Array, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await packets(stdin, ...args);
  assertEquals([code, stderr], [0, ""]);
  return stdout.split("\n\n")[0].split("\n");
}

async function records(
  stdin: Uint8Array,
  ...args: string[]
): Promise<PacketRecord[]> {
  const { code, stdout, stderr } = await packets(stdin, "--json", ...args);
  assertEquals([code, stderr], [0, ""]);
  return stdout.trimEnd().split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

const IPV4 = {
  version: 4,
  source: "127.0.0.1",
  destination: "127.0.0.1",
} as const;
const IPV6 = { version: 6, source: "::1", destination: "::1" } as const;
const text = (data: string) => new TextEncoder().encode(data);

/** A capture of packets that are a millisecond apart. */
function capture(all: PacketFields[], linkType: number = LINK_TYPES.RAW) {
  return encodePcap(
    all.map((fields, i) => ({
      bytes: encodePacket(fields),
      time: { seconds: 0, nanoseconds: i * 1e6 },
    })),
    { linkType },
  );
}

const QUESTION = { name: "example.org", type: 1, class: 1 };
const QUERY = encodeDns({ id: 0x1a2b, questions: [QUESTION] });
const RESPONSE = encodeDns({
  id: 0x1a2b,
  isResponse: true,
  questions: [QUESTION],
  answers: [{
    ...QUESTION,
    ttl: 60,
    data: { kind: "A", address: "192.0.2.1" },
  }],
});

/** A UDP datagram that nobody listens for, and what ICMP says of it. */
const REFUSED: PacketFields = {
  ip: IPV6,
  udp: { sourcePort: 50001, destinationPort: 9 },
  payload: text("anybody?"),
};
const REFUSAL: PacketFields = {
  ip: { ...IPV6, protocol: 58 },
  payload: refusal(encodePacket(REFUSED)),
};

/** An ICMPv6 error that quotes a packet, from ::1 to ::1. */
function refusal(quoted: Uint8Array): Uint8Array {
  const message = new Uint8Array([1, 4, 0, 0, 0, 0, 0, 0, ...quoted]);
  const address = parseIp("::1");
  const sum = pseudoHeaderSum(address, address, 58, message.length);
  writeUint16(message, 2, checksum(message, sum));
  return message;
}

/** Three conversations and more: DNS, TCP, and a datagram that is refused. */
const MIXED = capture([
  {
    ip: IPV4,
    udp: { sourcePort: 50000, destinationPort: 53 },
    payload: QUERY,
  },
  {
    ip: IPV4,
    tcp: {
      sourcePort: 50000,
      destinationPort: 7,
      sequence: 99,
      flags: { syn: true },
      window: 1000,
    },
  },
  {
    ip: IPV4,
    udp: { sourcePort: 53, destinationPort: 50000 },
    payload: RESPONSE,
  },
  {
    ip: IPV4,
    tcp: {
      sourcePort: 7,
      destinationPort: 50000,
      sequence: 499,
      acknowledgment: 100,
      flags: { syn: true, ack: true },
      window: 1000,
    },
  },
  {
    ip: IPV4,
    tcp: {
      sourcePort: 50000,
      destinationPort: 7,
      sequence: 100,
      acknowledgment: 500,
      flags: { psh: true, ack: true },
      window: 1000,
    },
    payload: text("hello\n"),
  },
  REFUSED,
  REFUSAL,
]);

Deno.test("packets lists the conversation, the window, the data, DNS, and what ICMP quotes", async () => {
  const list = await rows(MIXED);
  const words = list.map((line) => line.replace(/^.* → \S+ +/, ""));
  assertEquals(
    words.slice(0, 5),
    [
      "DNS", // see below
      "SYN seq 0 win 1000",
      "DNS",
      "SYN,ACK seq 0 ack 1 win 1000",
      'PSH,ACK seq 1 ack 1 win 1000 6 bytes "hello\\n"',
    ].map((word, i) => word === "DNS" ? words[i] : word),
  );
  assertEquals(words[0], "UDP 29 bytes DNS query 0x1a2b A example.org");
  assertEquals(
    words[2],
    "UDP 45 bytes DNS response 0x1a2b A example.org: A 192.0.2.1",
  );
  assertEquals(words[5], 'UDP 8 bytes "anybody?"');
  assertMatch(
    list[6],
    / ICMPv6 destination unreachable: port unreachable, quotes UDP \[::1\]:50001 → \[::1\]:9$/,
  );
  const numbers = list.map((line) => /\[(\d)\]/.exec(line)?.[1]);
  assertEquals(numbers, ["1", "2", "1", "2", "2", "3", "3"]);
});

Deno.test("packets shows 16 columns of data, however long the rest of the line is", async () => {
  const udp = { sourcePort: 50000, destinationPort: 7 };
  const stdin = capture([
    {
      ip: IPV4,
      udp,
      payload: text("a message that takes a whole line or two"),
    },
  ]);
  const [line] = await rows(stdin);
  assertMatch(line, / UDP 40 bytes "a messa.*"…$/);
  const [head, data] = line.split(/(?=")/);
  assert(head.length + data.length <= 80 || data.length <= 16, line);
});

Deno.test("packets --json has both windows, and what DNS says", async () => {
  const all = await records(readFixture("echo.pcap"));
  assertEquals([all[2].window, all[2].scaledWindow], [64, 65536]);
  const [query] = await records(MIXED);
  assertEquals(query.application, "DNS query 0x1a2b A example.org");
  assertEquals(query.conversation, 1);
});

Deno.test("packets recognizes DNS on any port, over UDP and TCP, and TLS", async () => {
  const ports = { sourcePort: 50000, destinationPort: 7053 };
  const tcp = { ...ports, flags: { psh: true, ack: true } };
  const framed = new Uint8Array([0, QUERY.length, ...QUERY]);
  const hello = new Uint8Array([22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3]);
  const all = await records(capture([
    { ip: IPV4, udp: ports, payload: QUERY },
    { ip: IPV6, tcp, payload: framed },
    { ip: IPV4, tcp, payload: hello },
    { ip: IPV4, tcp, payload: text("neither") },
  ]));
  assertEquals(all.map(({ application }) => application), [
    "DNS query 0x1a2b A example.org",
    "DNS query 0x1a2b A example.org",
    "TLS Client Hello",
    null,
  ]);
});

Deno.test("packets shows the IDs of virtual networks, in the list, as JSON and above the boxes", async () => {
  const tag = { priority: 0, dropEligible: false };
  const link: LinkFields = {
    kind: "ethernet",
    tags: [{ ...tag, type: 0x9100, id: 100 }, { ...tag, type: 0x8100, id: 7 }],
  };
  const udp = { sourcePort: 50000, destinationPort: 7 };
  const stdin = capture([{ link, ip: IPV4, udp }], LINK_TYPES.ETHERNET);
  assertMatch((await rows(stdin))[0], / VLAN 100 VLAN 7 UDP 0 bytes$/);
  assertEquals((await records(stdin))[0].vlans, [100, 7]);
  const { stdout } = await packets(stdin, "--box=1");
  assertMatch(stdout, /an Ethernet header of 22 with VLAN 100, 7$/m);
});

Deno.test("packets shows what a tunnel carries, and the tunnel", async () => {
  const udp = { sourcePort: 50000, destinationPort: 7 };
  const stdin = capture([{
    ip: { ...IPV4, source: "192.0.2.1", protocol: 41 },
    payload: encodePacket({ ip: IPV6, udp }),
  }]);
  assertMatch(
    (await rows(stdin))[0],
    / \[::1\]:50000 → \[::1\]:7 +in IPv4 192\.0\.2\.1 → 127\.0\.0\.1: UDP 0 bytes$/,
  );
  const [record] = await records(stdin);
  assertEquals(record.outer, [{ src: "192.0.2.1", dst: "127.0.0.1" }]);
  assertEquals([record.src, record.srcPort], ["::1", 50000]);
  const { stdout } = await packets(stdin, "--box=1");
  assertEquals(stdout.match(/^\w+ header,/gm), [
    "IPv4 header,",
    "IPv6 header,",
    "UDP header,",
  ]);
});

/** What is typed after --only, and the numbers of the packets that it shows. */
const FILTERS: Record<string, number[]> = {
  "port 53": [1, 3],
  "src port 53": [3],
  "dst port 53": [1],
  "port 9": [6, 7],
  "udp": [1, 3, 6],
  "tcp": [2, 4, 5],
  "icmp": [7],
  "icmpv6": [7],
  "protocol udp": [1, 3, 6],
  "dns": [1, 3],
  "ip6": [6, 7],
  "host ::1": [6, 7],
  "host 0:0::1": [6, 7],
  "[::1]": [6, 7],
  "127.0.0.1": [1, 2, 3, 4, 5],
  "src 127.0.0.1 and udp": [1, 3],
  "src host 10.0.0.1": [],
  "syn": [2, 4],
  "flag PSH": [5],
  "syn and not ack": [2],
  "syn and ! ack": [2],
  "psh or icmp": [5, 7],
  "tcp and ack or icmp": [4, 5, 7],
  "tcp and (psh or syn)": [2, 4, 5],
  "not (tcp or udp)": [7],
  "conversation 3": [6, 7],
  "PORT 53 AND UDP": [1, 3],
};

for (const [filter, numbers] of Object.entries(FILTERS)) {
  Deno.test(`packets --only '${filter}' shows packets ${numbers.join(", ") || "none"}`, async () => {
    const all = await records(MIXED, "--only", filter);
    assertEquals(all.map(({ number }) => number), numbers);
  });
}

Deno.test("packets --only sums up the conversations that it shows, and counts what it leaves out", async () => {
  const { stdout } = await packets(MIXED, "--only", "port 53");
  assertEquals(stdout.match(/^ {3}\d /gm)?.length, 2);
  assertEquals(stdout.match(/^Conversation \d/gm), ["Conversation 1"]);
  assertMatch(stdout, /^2 UDP; 2 of 7 packets shown$/m);
  assertMatch(stdout, /--follow 1 /);
  const none = await packets(MIXED, "--only", "port 80");
  assertEquals([none.code, none.stdout], [
    0,
    "\nno packets; 0 of 7 packets shown\n",
  ]);
});

Deno.test("packets --conversation shows one conversation, with the numbers that it has", async () => {
  const list = await rows(MIXED, "--conversation", "2");
  assertEquals(list.map((line) => Number(line.slice(0, 4))), [2, 4, 5]);
  assertMatch(list[2], / PSH,ACK seq 1 ack 1 /);
  const both = await records(MIXED, "--conversation=2", "--only=psh");
  assertEquals(both.map(({ number }) => number), [5]);
});

Deno.test("packets --follow draws a UDP conversation, DNS in words", async () => {
  const { code, stdout } = await packets(MIXED, "--follow", "1");
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").map((line) => line.trimEnd()).slice(0, 7), [
    "Conversation 1, UDP: 127.0.0.1:50000 → 127.0.0.1:53",
    "",
    "          client │                                                      │ server",
    " 0.00 ms         │────── DNS query 0x1a2b A example.org 29 bytes ──────▶│",
    "                 │    DNS response 0x1a2b A example.org: A 192.0.2.1    │",
    " 2.00 ms         │◀───────────────────── 45 bytes ──────────────────────│",
    "",
  ]);
  assertMatch(stdout, /the client {2}sent 29 bytes in 1 datagram\n/);
  assertMatch(stdout, /the server {2}sent 45 bytes in 1 datagram\n/);
});

Deno.test("packets --follow says what the frames of a WebSocket are", async () => {
  const ports = { client: 50000, server: 80 };
  const next = { client: 1, server: 1 };
  const segment = (from: "client" | "server", payload: Uint8Array) => {
    const to = from === "client" ? "server" : "client";
    const fields: PacketFields = {
      ip: IPV4,
      tcp: {
        sourcePort: ports[from],
        destinationPort: ports[to],
        sequence: next[from],
        acknowledgment: next[to],
        flags: { psh: true, ack: true },
      },
      payload,
    };
    next[from] += payload.length;
    return fields;
  };
  const mask = Uint8Array.of(1, 2, 3, 4);
  const { stdout } = await packets(
    capture([
      segment("client", text("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")),
      segment("server", text("HTTP/1.1 101 OK\r\nUpgrade: websocket\r\n\r\n")),
      segment("client", encodeWebSocketFrame(1, "hello\x1b[2J", { mask })),
      segment("server", encodeWebSocketFrame(9, "")),
      segment("client", encodeWebSocketFrame(8, "", { mask })),
    ]),
    "--follow",
    "1",
  );
  assertMatch(stdout, /WebSocket text "hello\\x1b\[2J"/);
  assertMatch(stdout, /WebSocket ping/);
  assertMatch(stdout, /WebSocket close/);
});

Deno.test("packets --follow shows the ICMP error about a datagram, and about a segment", async () => {
  const { stdout } = await packets(MIXED, "--follow", "3");
  assertMatch(stdout, /─ 8 bytes "anybody\?" ─+▶│/);
  assertMatch(stdout, /ICMPv6 destination unreachable: port unreachable/);
  assertMatch(stdout, /^ 1\.00 ms +│◀/m);
  const syn: PacketFields = {
    ip: IPV4,
    tcp: { sourcePort: 50000, destinationPort: 7, flags: { syn: true } },
  };
  const unreachable: PacketFields = {
    ip: { ...IPV4, protocol: 1 },
    payload: new Uint8Array([3, 1, 0, 0, 0, 0, 0, 0, ...encodePacket(syn)]),
  };
  const tcp = await packets(capture([syn, unreachable]), "--follow", "1");
  assertMatch(tcp.stdout, /─ SYN seq 0 ─+▶│/);
  assertMatch(tcp.stdout, /│ +ICMP destination unreachable: host +│$/m);
  assertMatch(tcp.stdout, /^ 1\.00 ms +│◀─+ unreachable ─+│$/m);
});

Deno.test("packets reads what gzip has compressed", async () => {
  const plain = readFixture("echo.pcap");
  const zipped = await new Response(
    new Response(plain.slice()).body!.pipeThrough(
      new CompressionStream("gzip"),
    ),
  ).bytes();
  assertEquals(await packets(zipped), await packets(plain));
  const cut = await packets(zipped.subarray(0, 300), "--json");
  assertEquals(cut.code, 1);
  assert(cut.stdout.split("\n").length > 2, cut.stdout);
  assertMatch(
    cut.stderr,
    /^standard input: can't read any further after \d packets: the gzip data is damaged or cut off\n$/,
  );
});

/** What is typed, and the one line that answers it. */
const MISUSES: [args: string[], answer: RegExp][] = [
  [["--only", "port"], /^--only needs a port at the end: try 'port 53', /],
  [["--only", "port 70000"], /^--only needs a port, not 70000: try /],
  [["--only", "host nowhere"], /^--only needs an address, not nowhere: /],
  [["--only", "flag x"], /^--only needs a flag, not x: try /],
  [["--only", "prot 5"], /^--only needs a condition, not prot: try /],
  [["--only", "udp tcp"], /^--only needs "and" or "or" before tcp: try /],
  [["--only", "(udp"], /^--only needs a \) for every \(: try /],
  [["--only", "udp and"], /^--only needs a condition at the end: try /],
  [["--only", " "], /^--only needs a condition: try /],
  [["--only", "conversation x"], /^--only needs a conversation, not x: try /],
  [["--only"], /^--only needs a value; usage: /],
  [["--conversation", "x"], /^no conversation x: conversations are numbered f/],
  [["--conversation", "4"], /^no conversation 4: conversations are 1 to 3$/],
  [
    ["--only=udp", "--box=1"],
    /^--box and --only don't go together: choose one/,
  ],
  [
    ["--conversation=1", "--follow=1"],
    /^--follow and --conversation don't go together: choose one/,
  ],
];

for (const [args, answer] of MISUSES) {
  Deno.test(`misused, with one line: packets - ${args.join(" ")}`, async () => {
    const { code, stderr } = await packets(MIXED, ...args);
    assertEquals(code, 2);
    assertMatch(stderr, /^[^\n]+\n$/);
    assertMatch(stderr.trimEnd(), answer);
  });
}
