import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { drawHeaders, drawSegments } from "../../lib/show/mod.ts";
import { diagramSegment, headerContext } from "../../lib/show/mod.ts";
import {
  Conversations,
  decodePacket,
  encodePacket,
  encodePcap,
  encodePcapHeader,
  encodePcapPacket,
  type IpFields,
  LINK_TYPES,
  parseCapture,
} from "../../lib/wire/mod.ts";
import { ROOT } from "../../lib/workbook/checker/catalog.ts";
import type { PacketRecord } from "../../lib/workbook/cli/packets/record.ts";
import { runCommand } from "../../lib/workbook/cli/run_command.ts";
import { temporaryFolder } from "../../lib/workbook/checker/temporary_folder.ts";
import { CAPTURE_NAMES, CAPTURES, readFixture } from "../lib/wire_fixture.ts";
import { isInstalled, testWith } from "../clients/programs.ts";
import { lessons } from "../../lessons/mod.ts";
import { callCommand } from "./call.ts";
import type { Outcome } from "./workbook_copy.ts";

const CLI = join(ROOT, "lib", "workbook", "cli.ts");
const windows = Deno.build.os === "windows";

/** The path of a capture. */
function path(name: string): string {
  return fileURLToPath(new URL(name, CAPTURES));
}

/** How the command is started. */
interface Start {
  /** What is piped in. */
  stdin?: Uint8Array;
  /** The folder to start it in. */
  cwd?: string;
  /** What `INIT_CWD` says; not set unless given. */
  initCwd?: string;
}

/** Starts `deno` with no `INIT_CWD` of whoever runs the tests. */
function start(args: string[], { cwd, initCwd }: Start = {}) {
  const { INIT_CWD: _own, ...env } = Deno.env.toObject();
  if (initCwd !== undefined) env.INIT_CWD = initCwd;
  return new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    clearEnv: true,
    env: { ...env, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function deno(args: string[], options: Start = {}): Promise<Outcome> {
  const child = start(args, options);
  const input = ReadableStream.from([options.stdin ?? new Uint8Array(0)])
    .pipeTo(child.stdin).catch(() => {}); // It may end before it has read all.
  const { code, stdout, stderr } = await child.output();
  await input;
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: stripAnsiCode(decoder.decode(stderr)),
  };
}

/** Gives the command in this process, which is all that most tests need. */
function packets(
  args: string[],
  { stdin }: { stdin?: Uint8Array } = {},
): Promise<Outcome> {
  return callCommand({ runCommand, lessons }, ["packets", ...args], { stdin });
}

/** Gives the command in a process of its own. */
function packetsProcess(args: string[], options?: Start): Promise<Outcome> {
  return deno(["run", "-qA", CLI, "packets", ...args], options);
}

/** What `--json` says of a file. */
async function records(...args: string[]): Promise<PacketRecord[]> {
  const { code, stdout, stderr } = await packets([...args, "--json"]);
  assertEquals([code, stderr], [0, ""]);
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

function decodeAll(name: string) {
  return parseCapture(readFixture(name)).map((captured) =>
    decodePacket(captured.bytes, captured.linkType, captured)
  );
}

/** What the list says of each capture besides its packets. */
const SUMMARIES: Record<string, RegExp[]> = {
  "echo.pcap": [
    /^ {2}packets {5}10, from number 1 to 10, in [\d.]+ ms$/m,
    /^ {2}handshake {3}SYN, SYN-ACK, ACK; the client counts from \d+, the serv/m,
    /^ {2}the client {2}sent 6 bytes in 6 segments$/m,
    /^ {2}the server {2}sent 6 bytes in 4 segments$/m,
    /^ {2}outcome {5}closed in 3 segments, the client first$/m,
    /^10 TCP$/m,
  ],
  "half_close.pcap": [
    /the server {2}sent 27 bytes/,
    /outcome {5}closed in 4 segments, the client first$/m,
  ],
  "both_close.pcap": [
    /outcome {5}closed by both at the same time, in 4 segments$/m,
  ],
  "reset.pcap": [/outcome {5}reset by the client$/m],
  "refused.pcap": [
    /handshake {3}not complete: the client's SYN has sequence number \d+$/m,
    /outcome {5}refused: no socket was listening there$/m,
  ],
  "retransmission.pcap": [
    /the client {2}sent 9 bytes in 7 segments, 1 retransmission$/m,
    / seq 1 ack 1 win 65536 9 bytes spurious retransmission "question\\n"$/m,
    / ACK seq 8 ack 10 win 65536 duplicate ACK #1$/m,
  ],
  "udp.pcap": [
    /^5 UDP, 1 ICMP$/m,
    / UDP 6 bytes "hello\\n"$/m,
    /^Conversation 1, UDP: 127\.0\.0\.1:\d+ → 127\.0\.0\.1:\d+$/m,
    /^ {2}the client {2}sent 6 bytes in 2 datagrams$/m,
    / ICMP destination unreachable: port unreachable, quotes UDP 127\.0\.0\.1:\d+ → /,
  ],
  "echo_ipv6.pcap": [/^Conversation 1: \[::1\]:\d+ → \[::1\]:\d+$/m],
};

for (const name of CAPTURE_NAMES) {
  Deno.test(`packets ${name} prints one line a packet, then sums up`, async () => {
    const { code, stdout, stderr } = await packets([path(name)]);
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.split("\n");
    const all = decodeAll(name);
    const end = lines.indexOf("");
    assertEquals(end, all.length);
    lines.slice(0, end).forEach((line, i) => {
      assertEquals(Number(line.slice(0, 4)), i + 1);
    });
    for (const pattern of SUMMARIES[name] ?? []) assertMatch(stdout, pattern);
    for (const line of lines.slice(end)) assert(line.length <= 80, line);
  });
}

// tshark takes longer to start than to read, so it reads them all as one.
testWith(
  isInstalled("tshark") ? "mergecap" : "tshark",
  "packets --json agrees with tshark on every capture",
  async () => {
    await using folder = await temporaryFolder();
    const merged = join(folder.path, "merged.pcapng");
    const files = CAPTURE_NAMES.map(path);
    await new Deno.Command("mergecap", { args: ["-a", "-w", merged, ...files] })
      .output();
    const theirs = await tsharkFields(merged);
    let before = 0;
    for (const file of files) {
      const ours = await records(file);
      const rows = ours.map((record) =>
        fieldsOf({ ...record, number: before + record.number })
      );
      assertEquals(rows, theirs.slice(before, before + ours.length), file);
      before += ours.length;
    }
    assertEquals(theirs.length, before);
  },
);

/** What tshark calls each field of `--json`, in text. */
const FIELDS: Record<string, (record: PacketRecord) => unknown> = {
  "frame.number": ({ number }) => number,
  "frame.time_epoch": ({ time }) => time,
  "frame.len": ({ bytes }) => bytes,
  "ip.src": ({ src }) => isIpv6(src) ? null : src,
  "ip.dst": ({ dst }) => isIpv6(dst) ? null : dst,
  "ip.checksum.status": ({ src, ipChecksum }) =>
    isIpv6(src) ? null : status(ipChecksum),
  "ipv6.src": ({ src }) => isIpv6(src) ? src : null,
  "ipv6.dst": ({ dst }) => isIpv6(dst) ? dst : null,
  "ip.proto": ({ src, protocol }) => isIpv6(src) ? null : numberOf(protocol),
  "ipv6.nxt": ({ src, protocol }) => isIpv6(src) ? numberOf(protocol) : null,
  ...ofTransport("TCP", "tcp"),
  ...ofTransport("UDP", "udp"),
  "tcp.seq_raw": ({ seq }) => seq,
  "tcp.ack_raw": ({ ack }) => ack,
  "tcp.flags": ({ flags }) =>
    flags === null
      ? null
      : `0x${
        flags.split(",").reduce((sum, flag) => sum + (FLAG_BITS[flag] ?? 0), 0)
          .toString(16).padStart(4, "0")
      }`,
  "tcp.window_size_value": ({ window }) => window,
  "tcp.hdr_len": ({ protocol, headerBytes }) =>
    protocol === "TCP" ? headerBytes : null,
  "tcp.len": ({ protocol, payloadBytes }) =>
    protocol === "TCP" ? payloadBytes : null,
  "udp.length": ({ protocol, headerBytes, payloadBytes }) =>
    protocol === "UDP" ? headerBytes! + payloadBytes : null,
};

const FLAG_BITS: Record<string, number> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ECE: 64,
  CWR: 128,
};

function ofTransport(protocol: string, prefix: string): typeof FIELDS {
  const only =
    (get: (record: PacketRecord) => unknown) => (record: PacketRecord) =>
      record.protocol === protocol ? get(record) : null;
  return {
    [`${prefix}.srcport`]: only(({ srcPort }) => srcPort),
    [`${prefix}.dstport`]: only(({ dstPort }) => dstPort),
    [`${prefix}.checksum.status`]: only(({ checksum }) => status(checksum)),
  };
}

function isIpv6(address: string | null): boolean {
  return address?.includes(":") ?? false;
}

function numberOf(protocol: string | null): number {
  return { ICMP: 1, TCP: 6, UDP: 17 }[protocol!]!;
}

/** tshark does not tell `offloaded` from `bad`. */
function status(verdict: string): number {
  return { bad: 0, offloaded: 0, good: 1, unknown: 2, none: 3 }[verdict]!;
}

function fieldsOf(record: PacketRecord): Record<string, string> {
  const entries = Object.entries(FIELDS)
    .map(([name, get]) => [name, String(get(record) ?? "")]);
  return Object.fromEntries(entries);
}

async function tsharkFields(file: string): Promise<Record<string, string>[]> {
  const { stdout } = await new Deno.Command("tshark", {
    args: [
      ...["-n", "-r", file, "-T", "fields"],
      ...["ip", "tcp", "udp"]
        .flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]),
      ...["--disable-protocol", "icmp"],
      ...Object.keys(FIELDS).flatMap((field) => ["-e", field]),
    ],
  }).output();
  return new TextDecoder().decode(stdout).replace(/\n$/, "").split("\n")
    .map((row) => {
      const columns = row.split("\t");
      const names = Object.keys(FIELDS);
      return Object.fromEntries(names.map((name, i) => [name, columns[i]]));
    });
}

Deno.test("packets --json gives the fields in their order, and null for what isn't there", async () => {
  const [syn] = await records(path("echo.pcap"));
  assertEquals(Object.keys(syn), [
    "number",
    "time",
    "src",
    "dst",
    "protocol",
    "srcPort",
    "dstPort",
    "seq",
    "ack",
    "flags",
    "window",
    "headerBytes",
    "payloadBytes",
    "checksum",
    "ipChecksum",
    "bytes",
    "problem",
    "conversation",
    "udpLength",
    "scaledWindow",
    "notes",
    "vlans",
    "outer",
    "icmp",
    "application",
  ]);
  assertEquals([syn.flags, syn.checksum, syn.headerBytes], [
    "SYN",
    "offloaded",
    40,
  ]);
  const udp = await records(path("udp.pcap"));
  assertEquals([udp[0].seq, udp[0].flags, udp[0].headerBytes], [null, null, 8]);
  assertEquals([udp[5].protocol, udp[5].srcPort], ["ICMP", null]);
  assertEquals(udp[5].icmp, {
    type: 3,
    code: 3,
    meaning: "destination unreachable: port unreachable",
    quoted: {
      src: "127.0.0.1",
      dst: "127.0.0.1",
      protocol: "UDP",
      srcPort: udp[4].srcPort,
      dstPort: udp[4].dstPort,
    },
  });
  // The error is about the last datagram, and so belongs to its conversation.
  assertEquals(udp.map(({ conversation }) => conversation), [1, 1, 1, 2, 3, 3]);
});

Deno.test("packets --json gives windows as they were sent, and scaled", async () => {
  const [syn, , ack] = await records(path("echo.pcap"));
  assertEquals([syn.window, syn.scaledWindow], [65495, 65495]);
  assertEquals([ack.window, ack.scaledWindow], [64, 65536]);
});

Deno.test("packets names what is wrong with a packet, and continues", async () => {
  const ip: IpFields = {
    version: 4,
    source: "127.0.0.1",
    destination: "127.0.0.1",
  };
  const ports = { sourcePort: 50000, destinationPort: 7 };
  const linkType = 101;
  const stdin = encodePcap([
    { bytes: encodePacket({ ip, tcp: { ...ports, checksum: 1 } }) },
    { bytes: encodePacket({ ip: { ...ip, protocol: 6 } }) },
    { bytes: new Uint8Array([0x45]) },
    { bytes: encodePacket({ ip: { ...ip, protocol: 253 } }) },
    {
      bytes: encodePacket({
        ip: { ...ip, protocol: 17, fragmentOffset: 8 },
        payload: new Uint8Array(9),
      }),
    },
    { bytes: encodePacket({ ip, tcp: { ...ports, flags: { ack: true } } }) },
  ], { linkType });
  const { code, stdout } = await packets(["-"], { stdin });
  assertEquals(code, 0);
  const lines = stdout.split("\n");
  assertMatch(lines[0], / no flags seq \d+ win 0 zero window bad checksum$/);
  assertMatch(lines[1], / TCP 0 bytes Cannot decode a TCP header at byte 20:/);
  assertMatch(lines[2], / a packet|type .*Cannot decode an IPv4 header at/);
  assertMatch(lines[3], / IP protocol 253 0 bytes$/);
  assertMatch(lines[4], / UDP fragment from byte 8 9 bytes$/);
  assertMatch(lines[5], / ACK seq \d+ ack \d+ win 0 zero window$/);
  assertMatch(stdout, /1 with a bad checksum/);
  assertMatch(stdout, /2 not fully decoded/);
});

for (const args of [[], ["--json"], ["--follow", "1"], ["--box", "4"]]) {
  Deno.test(`packets - ${args.join(" ")} reads what is piped in like a file`, async () => {
    const name = "echo.pcapng";
    const stdin = readFixture(name);
    const piped = await packets(["-", ...args], { stdin });
    const file = await packets([path(name), ...args]);
    assertEquals(piped, file);
    assertEquals(file.code, 0);
  });
}

/** A capture to cut, and to damage. */
const whole = readFixture("echo.pcap");

for (
  const [what, code, args, stdin] of [
    ["prints a file", 0, [path("echo.pcap")]],
    ["prints what is piped in", 0, ["-", "--json"], whole],
    ["is misused", 2, [path("echo.pcap"), "--box=11"]],
    ["reads a damaged capture", 1, ["-"], whole.subarray(0, 260)],
  ] as [string, number, string[], Uint8Array?][]
) {
  Deno.test(`packets, in its own process, ${what} just the same`, async () => {
    const outcome = await packetsProcess(args, { stdin });
    assertEquals(outcome, await packets(args, { stdin }));
    assertEquals(outcome.code, code);
  });
}

Deno.test("packets --follow draws the conversation, and sums it up", async () => {
  const name = "half_close.pcap";
  const conversations = new Conversations();
  const segments = decodeAll(name).map((packet) =>
    diagramSegment(packet, conversations.add(packet)!)
  );
  for (const numbers of ["relative", "raw"] as const) {
    const { code, stdout } = await packets([
      path(name),
      "--follow=1",
      ...(numbers === "raw" ? ["--raw"] : []),
    ]);
    assertEquals(code, 0);
    const diagram = drawSegments(segments, { width: 80, numbers })
      .map(stripAnsiCode);
    assert(stdout.includes(diagram.join("\n")), stdout);
    assertMatch(stdout, /^Conversation 1: /);
    assertMatch(stdout, /outcome {5}closed in 4 segments/);
  }
});

Deno.test("packets --follow shows one conversation of several", async () => {
  const stdin = encodePcap(
    ["refused.pcap", "echo.pcap", "reset.pcap"].flatMap((name) =>
      parseCapture(readFixture(name))
    ),
  );
  const { stdout } = await packets(["-", "--follow", "3"], { stdin });
  assertMatch(stdout, /^Conversation 3: /);
  assertMatch(stdout, /outcome {5}reset by the client$/m);
  assertEquals(stdout.match(/SYN seq 0/g)?.length, 1);
  const list = await packets(["-"], { stdin });
  assertEquals(list.stdout.match(/^Conversation \d/gm)?.length, 3);
  const missing = await packets(["-", "--follow", "99"], { stdin });
  assertEquals([missing.code, missing.stdout], [2, ""]);
  assertEquals(
    missing.stderr,
    "no conversation 99: conversations are 1 to 3\n",
  );
});

Deno.test("packets sums up a thousand conversations, and counts the others", async () => {
  const ip = {
    version: 4,
    source: "127.0.0.1",
    destination: "127.0.0.1",
  } as const;
  const stdin = encodePcap(
    Array.from({ length: 1003 }, (_, i) => ({
      bytes: encodePacket({
        ip,
        tcp: {
          sourcePort: 10_000 + i,
          destinationPort: 7,
          flags: { syn: true },
        },
      }),
    })),
    { linkType: LINK_TYPES.RAW },
  );
  const { stdout } = await packets(["-"], { stdin });
  const titles = stdout.match(/^Conversation \d+/gm)!;
  assertEquals([titles.length, titles.at(-1)], [1000, "Conversation 1000"]);
  assertMatch(stdout, /^and 3 more conversations: --follow 1001 draws one$/m);
  const { stdout: last } = await packets(["-", "--follow", "1003"], { stdin });
  assertMatch(last, /^Conversation 1003: 127\.0\.0\.1:11002 /);
});

Deno.test("packets --box draws a packet's headers, with what came before it in mind", async () => {
  for (const [name, number] of [["echo.pcap", 4], ["udp.pcap", 4]] as const) {
    const conversations = new Conversations();
    const all = decodeAll(name).slice(0, number).map((packet) => {
      const segment = conversations.add(packet);
      return drawHeaders(packet, {
        width: 80,
        ...(segment === null ? {} : headerContext(segment)),
      });
    });
    const { code, stdout } = await packets([path(name), "--box", `${number}`]);
    assertEquals(code, 0);
    assert(stdout.includes(all.at(-1)!.map(stripAnsiCode).join("\n")), stdout);
    assertMatch(stdout, /^ {3}4 \[\d\] +[\d.]+ ms /);
    assertMatch(stdout, /payload, \d+ bytes: "\w+.*"\n$/);
  }
});

/** What is typed, and the one line that answers it. */
const MISUSES: [args: string[], answer: RegExp][] = [
  [[], /^which capture\? usage: deno task packets FILE /],
  [["a", "b"], /^b is one argument too many; usage: deno task packets FILE/],
  [["x", "--verbose"], /^no option --verbose; usage: /],
  [["x", "--json=1"], /^--json takes no value; usage: /],
  [["x", "--follow"], /^--follow needs a value; usage: /],
  [["x", "--follow", "1", "--follow", "2"], /^--follow was given twice; /],
  [["x", "--json", "--follow", "1"], /^--json and --follow don't go together/],
  [["x", "--box=1", "--follow=1"], /^--follow and --box don't go together/],
  [["x", "--json", "--raw"], /^--json always shows raw numbers: leave out --r/],
  [["x", "--box=1", "--raw"], /^--box always shows raw numbers: leave out --r/],
  ...["0", "-1", "1.5", "1e3", "x", "00", "9".repeat(30)].map((
    number,
  ): [string[], RegExp] => [
    [path("echo.pcap"), `--box=${number}`],
    /^no packet \S+: packets are numbered from 1$/,
  ]),
  [
    [path("echo.pcap"), "--follow=0"],
    /^no conversation 0: conversations are n/,
  ],
  [
    [path("echo.pcap"), "--follow=2"],
    /^no conversation 2: the only one is conv/,
  ],
  [
    [path("udp.pcap"), "--follow=4"],
    /^no conversation 4: conversations are 1 to 3$/,
  ],
  [[path("udp.pcap"), "--box=7"], /^no packet 7: packets are 1 to 6$/],
  [["missing.pcap"], /^no file missing\.pcap: there is no .+missing\.pcap"?$/],
  [[""], /^no file "": name a pcap$/],
  [["two\nlines"], /^no file "two\\nlines": there is no "/],
  [[ROOT], /is a folder: name a capture file in it$/],
  [
    [CLI],
    /cli\.ts"? isn't a capture in pcap or pcapng format: it starts with 2f/,
  ],
  [
    ["-"],
    /^standard input isn't a capture in pcap or pcapng format: it has 0/,
  ],
];

for (const [args, answer] of MISUSES) {
  const typed = args.map((arg) =>
    /^[\w.=-]+$/.test(arg) ? arg : Deno.inspect(arg.split(/[\\/]/).at(-1))
  );
  Deno.test(`misused, with one line: packets ${typed.join(" ")}`, async () => {
    const { code, stdout, stderr } = await packets(args);
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, /^[^\n]+\n$/);
    assertMatch(stderr.trimEnd(), answer);
  });
}

Deno.test("packets prints what it could read of a damaged file, then one line", async () => {
  const { stdout } = await packets([path("echo.pcap"), "--json"]);
  const lines = stdout.split("\n");
  // In the file header, in the third packet's header, and in the third packet.
  for (const [size, read] of [[23, 0], [210, 2], [260, 2]] as const) {
    const stdin = whole.subarray(0, size);
    const cut = await packets(["-", "--json"], { stdin });
    assertEquals(cut.code, 1);
    assertEquals(cut.stdout.split("\n").slice(0, -1), lines.slice(0, read));
    assertMatch(
      cut.stderr,
      /^standard input is damaged after \d packets: Cannot decode a pcap [^\n]+\n$/,
    );
  }
  const list = await packets(["-"], { stdin: whole.subarray(0, 260) });
  assertEquals(list.code, 1);
  assertMatch(list.stdout, /^2 TCP$/m);
  const garbage = whole.slice();
  garbage.fill(0xff, 204, 220); // a packet of 4 GiB, it says
  const broken = await packets(["-", "--follow=1"], { stdin: garbage });
  assertEquals(broken.code, 1);
  assertMatch(broken.stdout, / SYN,ACK seq 0 ack 1 /);
  assertMatch(broken.stderr, /^standard input is damaged after 2 packets: /);
});

Deno.test("packets ends quietly when nobody reads on, though more comes in", async () => {
  const { stdin, stdout, stderr, status } = start(
    ["run", "-qA", CLI, "packets", "-"],
  );
  const ended = status.then(() => false);
  const errors = new Response(stderr).text();
  const writer = stdin.getWriter();
  await writer.write(encodePcapHeader());
  const bytes = encodePacket({
    ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
    udp: { sourcePort: 1, destinationPort: 2 },
  });
  const record = encodePcapPacket({ bytes });
  await writer.write(record);
  const reader = stdout.getReader();
  assert((await reader.read()).value!.length > 0); // as `head -1` would
  await reader.cancel();
  // As a live capture, it has no end of its own.
  try {
    while (
      await Promise.race([writer.write(record).then(() => true), ended])
    );
  } catch {
    // Nobody takes any more of it, which is the point.
  }
  await writer.abort().catch(() => {});
  assertEquals((await status).code, 0);
  assertEquals(await errors, "");
});

Deno.test({
  name: "packets - shows a live capture as it comes, and Ctrl-C sums it up" +
    (windows ? " (ignored: Windows has no such signals)" : ""),
  ignore: windows,
  async fn() {
    const child = start(["run", "-qA", CLI, "packets", "-"]);
    const errors = new Response(child.stderr).text();
    const writer = child.stdin.getWriter();
    // All of it but the last byte: the last packet is still on its way.
    await writer.write(readFixture("echo.pcap").slice(0, -1));
    let text = "";
    const output = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    while (!text.includes("   9 ")) {
      const { done, value } = await output.read();
      assert(!done, `it ended after: ${text}`);
      text += value;
    }
    child.kill("SIGINT");
    while (true) {
      const { done, value } = await output.read();
      if (done) break;
      text += value;
    }
    await writer.abort().catch(() => {});
    assertEquals((await child.status).code, 130);
    assertMatch(text, /^9 TCP$/m);
    assertMatch(text, /the client {2}sent 6 bytes/);
    assertEquals(await errors, "");
  },
});

Deno.test("packets takes a path from where the person is, whichever way it was started", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeFile(join(folder.path, "my.pcap"), readFixture("echo.pcap"));
  const args = ["run", "-qA", CLI, "packets", "my.pcap", "--box=1"];
  // A task runs in the workbook, and is told where the person is.
  const task = await deno(args, { cwd: ROOT, initCwd: folder.path });
  assertEquals([task.code, task.stderr], [0, ""]);
  // Without one the current folder counts, whatever was left in INIT_CWD.
  const direct = await deno(args, { cwd: folder.path, initCwd: ROOT });
  assertEquals(direct, task);
  const elsewhere = await deno(args, { cwd: ROOT });
  assertEquals(elsewhere.code, 2);
});

Deno.test("deno task packets, given in another folder, finds the file there", async () => {
  const options = { cwd: resolve(fileURLToPath(CAPTURES)) };
  const { code, stdout, stderr } = await deno(
    ["task", "-q", "packets", "refused.pcap"],
    options,
  );
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /refused: no socket was listening there/);
});
